import type { Command } from 'commander';

import { printable } from '../../model/printable.ts';
import { verifyImage, type ImageVerification } from '../../rkt/rkt-image-verify.ts';
import { withExamples } from '../help-examples.ts';
import { eachImage } from './each-image.ts';
import { findImage } from './find-image.ts';
import { withRkt } from './image-session.ts';

const TEXTS: Readonly<Record<ImageVerification, string>> = {
  good: 'unchanged',
  rebuilt: 'had changed on disk, rendered again',
  'not rendered': 'not rendered yet, nothing to verify',
};

/** `rkt-streams image verify`. */
export function addImageVerify(image: Command): void {
  const command = image
    .command('verify')
    .summary('check rendered images for changes on disk')
    .description(
      'Compares the rendered files of images with what the images hold. Files that have changed are rendered again unless a pod uses them.',
    )
    .argument('<image...>', 'name of an image, or the beginning of its id')
    .action((images: string[], _flags: object, self: Command) =>
      withRkt(self, (session) =>
        eachImage(session, images, async (wanted) => {
          const { runner, output, interrupt } = session;
          const { id, name } = await findImage(runner, wanted);
          const result = await verifyImage(runner, id, { signal: interrupt.signal, timeoutMs: 2 ** 31 - 1 });
          output.print({ id, name, result }, () => `${printable(name)}: ${TEXTS[result]}`);
        }),
      ),
    );
  withExamples(command, [['image verify redis:7', 'After trouble with a disk']]);
}
