import type { Command } from 'commander';

import { RktError } from '../../model/rkt-error.ts';
import { removeImages } from '../../rkt/rkt-image-rm.ts';
import { withExamples } from '../help-examples.ts';
import { eachImage } from './each-image.ts';
import { findImage } from './find-image.ts';
import { withRkt } from './image-session.ts';

/** `rkt-streams image rm`. */
export function addImageRm(image: Command, name: 'rm' | 'rmi' = 'rm'): void {
  const command = image
    .command(name)
    .summary('remove images from the store')
    .description('Removes images from the store and prints the id of each. Pods made of an image run on.')
    .argument('<image...>', 'name of an image, or the beginning of its id')
    .action((images: string[], _flags: object, self: Command) =>
      withRkt(self, (session) =>
        eachImage(session, images, async (wanted) => {
          const { runner, output, interrupt } = session;
          const { id, name: called } = await findImage(runner, wanted);
          const removed = await removeImages(runner, [id], { signal: interrupt.signal });
          if (!removed.includes(id))
            throw new RktError('RKT_ERR_IMAGE', `rkt did not remove ${called} (${id})`);
          output.print({ id, name: called }, () => id);
        }),
      ),
    );
  withExamples(command, [
    [`${name === 'rm' ? 'image rm' : name} redis:7`, 'By name'],
    [`${name === 'rm' ? 'image rm' : name} 8b23a1b9c4d5`, 'By the beginning of the id'],
  ]);
}
