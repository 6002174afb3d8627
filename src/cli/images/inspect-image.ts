import type { Command } from 'commander';

import type { Image } from '../../rkt/rkt-image-list.ts';
import { imageManifest, type ImageManifestText } from '../../rkt/rkt-image-manifest.ts';
import { withExamples } from '../help-examples.ts';
import { ago, bytes } from '../humanize.ts';
import type { Paint } from '../cli-output.ts';
import { pairs } from '../text-table.ts';
import { eachImage } from './each-image.ts';
import { findImage } from './find-image.ts';
import { withRkt } from './image-session.ts';
import { imageFacts } from './list-images.ts';

/** `rkt-streams image inspect`. */
export function addImageInspect(image: Command): void {
  const command = image
    .command('inspect')
    .summary('show all details of images')
    .description('Shows all details of images; with --json the whole manifest.')
    .argument('<image...>', 'name of an image, or the beginning of its id')
    .action((images: string[], _flags: object, self: Command) =>
      withRkt(self, (session) =>
        eachImage(session, images, async (wanted) => {
          const { runner, output } = session;
          const found = await findImage(runner, wanted);
          const manifest = await imageManifest(runner, found.id);
          output.print({ ...imageFacts(found), manifest }, () =>
            inspectText(found, manifest, output.paint, Date.now()),
          );
        }),
      ),
    );
  withExamples(command, [
    ['image inspect redis:7', 'Human-readable output'],
    ['image inspect redis:7 --json | jq .manifest.app.environment', 'Its variables with their values'],
  ]);
}

/** One fact a line; of variables the names alone. */
function inspectText(
  { id, name, size, import_time, last_used_time }: Image,
  { labels, app, dependencies, annotations }: ImageManifestText,
  paint: Paint,
  nowMs: number,
): string {
  const listed = (
    key: string,
    values: readonly string[] | undefined,
  ): readonly (readonly [string, string])[] =>
    (values ?? []).map((value, i) => [i === 0 ? key : '', value] as const);
  const own = (labels ?? []).filter((label) => label.name !== 'version');
  return pairs(
    [
      ['id', id],
      ['name', name],
      ['size', bytes(size)],
      ['created', ago(import_time / 1e6, nowMs)],
      ['last used', ago(last_used_time / 1e6, nowMs)],
      ...listed(
        'labels',
        own.map((label) => `${label.name}=${label.value}`),
      ),
      ...listed('command', app?.exec?.length ? [JSON.stringify(app.exec)] : []),
      ...listed('user', app ? [`${app.user ?? ''}:${app.group ?? ''}`] : []),
      ...listed('directory', app?.workingDirectory ? [app.workingDirectory] : []),
      ...listed(
        'variables',
        app?.environment?.map((variable) => variable.name),
      ),
      ...listed(
        'ports',
        app?.ports?.map((port) => `${port.name} ${port.port}/${port.protocol}`),
      ),
      ...listed(
        'volumes',
        app?.mountPoints?.map((mount) => `${mount.name} ${mount.path}`),
      ),
      ...listed(
        'depends on',
        dependencies?.map((dependency) => dependency.imageName),
      ),
      ...listed(
        'annotations',
        annotations?.map((each) => `${each.name}=${each.value}`),
      ),
    ],
    paint,
  );
}
