import { Option, type Command } from 'commander';

import { listImages, type Image } from '../../rkt/rkt-image-list.ts';
import { withExamples } from '../help-examples.ts';
import { ago, bytes } from '../humanize.ts';
import type { Output } from '../cli-output.ts';
import { rowPrinter, type RowPrinter } from '../row-format.ts';
import { table, type Column } from '../text-table.ts';
import { shortId } from './find-image.ts';
import { withRkt } from './image-session.ts';

interface ListFlags {
  readonly format?: string;
  readonly quiet?: boolean;
  /** commander's name for --no-trunc. */
  readonly trunc?: boolean;
}

/** `rkt-streams image list`. */
export function addImageList(image: Command, name: 'list' | 'images' = 'list'): void {
  const command = image
    .command(name)
    .summary('list the images in the store')
    .description('Lists the images in the store, the latest first.')
    .argument('[name]', 'only images of this name, with or without a version')
    .addOption(new Option('-a, --all').hideHelp())
    .option(
      '--format <format>',
      "json: the same as --json; 'table {{.Repository}}\\t{{.Tag}}', or a template: '{{.ID}}'",
    )
    .option('-q, --quiet', 'print only the ids')
    .option('--no-trunc', 'print the ids in full')
    .action((name: string | undefined, flags: ListFlags, self: Command) =>
      withRkt(self, async ({ runner, output }) => {
        const print = templateOf(flags.format);
        const all = [...(await listImages(runner))].sort((a, b) => b.import_time - a.import_time);
        const shown = all.filter((each) => name === undefined || isNamed(each, name));
        const idOf = ({ id }: Image): string => (flags.trunc === false ? id : shortId(id));
        if (output.isJson) shown.map(imageFacts).forEach((facts) => output.print(facts, () => ''));
        else if (print !== undefined)
          print(
            shown.map((each) => fieldsOf(each, idOf)),
            output,
          );
        else if (flags.quiet === true) shown.forEach((each) => output.print({}, () => idOf(each)));
        else output.print({}, () => imagesText(shown, idOf, output, Date.now()));
        return undefined;
      }),
    );
  if (name === 'list') command.alias('ls');
  withExamples(command, [
    ['image list', 'All images; images is the same'],
    ['image list -q | xargs -r rkt-streams image rm', 'Remove all of them'],
    ["images --format '{{.Repository}}:{{.Tag}} {{.Size}}'", 'With the field names of docker'],
    ['image list --format json | jq .sizeBytes', 'For a program'],
  ]);
}

const FIELDS = ['ID', 'Repository', 'Tag', 'Size', 'CreatedSince', 'CreatedAt'] as const;

function templateOf(format: string | undefined): RowPrinter | undefined {
  return format === undefined || format === 'table' || format === 'json'
    ? undefined
    : rowPrinter(format, FIELDS);
}

/** By the field names of docker. */
function fieldsOf(
  { id, name, size, import_time: ns, ...rest }: Image,
  idOf: (image: Image) => string,
): Readonly<Record<(typeof FIELDS)[number], string>> {
  const [, repository = name, tag = ''] = /^(.*?)(?::([^:/]*))?$/.exec(name) ?? [];
  return {
    ID: idOf({ id, name, size, import_time: ns, ...rest }),
    Repository: repository,
    Tag: tag,
    Size: bytes(size),
    CreatedSince: ago(ns / 1e6, Date.now()),
    CreatedAt: new Date(ns / 1e6).toISOString(),
  };
}

function isNamed({ name }: Image, wanted: string): boolean {
  return name === wanted || name.split(':')[0] === wanted;
}

/** An image as JSON has it: bytes of tar and tree together, times in ms since the epoch. */
export function imageFacts({ id, name, size, import_time, last_used_time }: Image): object {
  return {
    id,
    name,
    sizeBytes: size,
    createdAtMs: Math.round(import_time / 1e6),
    lastUsedAtMs: Math.round(last_used_time / 1e6),
  };
}

function imagesText(
  images: readonly Image[],
  idOf: (image: Image) => string,
  { paint, width }: Pick<Output, 'paint' | 'width'>,
  nowMs: number,
): string {
  const columns: readonly Column<Image>[] = [
    { title: 'ID', value: idOf },
    { title: 'NAME', value: ({ name }) => name, min: 12 },
    { title: 'SIZE', value: ({ size }) => bytes(size), align: 'right' },
    { title: 'CREATED', value: ({ import_time: ns }) => ago(ns / 1e6, nowMs) },
  ];
  return table(images, columns, paint, width);
}
