import { Option, type Command } from 'commander';

import { listImages, type Image } from '../../rkt/rkt-image-list.ts';
import { withExamples } from '../help-examples.ts';
import { ago, bytes } from '../humanize.ts';
import type { Paint } from '../cli-output.ts';
import { table, type Column } from '../text-table.ts';
import { shortId } from './find-image.ts';
import { withRkt } from './image-session.ts';

interface ListFlags {
  readonly quiet?: boolean;
  /** commander's name for --no-trunc. */
  readonly trunc?: boolean;
}

/** `rkt-streams image list`. */
export function addImageList(image: Command): void {
  const command = image
    .command('list')
    .alias('ls')
    .summary('list the images in the store')
    .description('Lists the images in the store, the latest first.')
    .argument('[name]', 'only images of this name, with or without a version')
    .addOption(new Option('--format <kind>', 'json: the same as --json').choices(['table', 'json']))
    .option('-q, --quiet', 'print only the ids')
    .option('--no-trunc', 'print the ids in full')
    .action((name: string | undefined, flags: ListFlags, self: Command) =>
      withRkt(self, async ({ runner, output }) => {
        const all = [...(await listImages(runner))].sort((a, b) => b.import_time - a.import_time);
        const shown = all.filter((each) => name === undefined || isNamed(each, name));
        const idOf = ({ id }: Image): string => (flags.trunc === false ? id : shortId(id));
        if (output.isJson) shown.map(imageFacts).forEach((facts) => output.print(facts, () => ''));
        else if (flags.quiet === true) shown.forEach((each) => output.print({}, () => idOf(each)));
        else output.print({}, () => imagesText(shown, idOf, output.paint, Date.now()));
        return undefined;
      }),
    );
  withExamples(command, [
    ['image list', 'All images'],
    ['image list -q | xargs -r rkt-streams image rm', 'Remove all of them'],
    ['image list --format json | jq .sizeBytes', 'For a program'],
  ]);
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
  paint: Paint,
  nowMs: number,
): string {
  const columns: readonly Column<Image>[] = [
    { title: 'ID', value: idOf },
    { title: 'NAME', value: ({ name }) => name },
    { title: 'SIZE', value: ({ size }) => bytes(size), align: 'right' },
    { title: 'CREATED', value: ({ import_time: ns }) => ago(ns / 1e6, nowMs) },
  ];
  return table(images, columns, paint);
}
