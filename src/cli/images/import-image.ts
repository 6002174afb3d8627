import type { Command } from 'commander';

import { withExamples } from '../help-examples.ts';
import { withRkt } from './image-session.ts';
import { fileSource } from './image-source.ts';
import { addPullOptions, pullAll, type PullFlags } from './pull-image.ts';

interface ImportFlags extends PullFlags {
  readonly ref?: string;
}

/** `rkt-streams image import`. */
export function addImageImport(image: Command): void {
  const command = addPullOptions(
    image
      .command('import')
      .summary('import images from files')
      .description(
        'Imports an ACI, an archive of `docker save`, or an OCI layout (a directory or a tar of one), and prints the id of the image.',
      )
      .argument('<path>', 'the file or directory; an ACI ends in .aci')
      .option('--ref <name>', 'which image, of an archive with several: redis:7'),
  ).action((path: string, flags: ImportFlags, self: Command) =>
    withRkt(self, (session) => pullAll(session, [fileSource(path, process.cwd(), flags.ref)], flags)),
  );
  withExamples(command, [
    ['image import ./hello.aci', 'An ACI'],
    ['image import ./all.tar --ref redis:7', 'One image of docker save'],
    ['image import ./layout', 'An OCI layout'],
  ]);
}
