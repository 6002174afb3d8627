import { resolve } from 'node:path';

import { Option, type Command } from 'commander';

import { RktError } from '../../model/rkt-error.ts';
import { exportImage } from '../../rkt/rkt-image-export.ts';
import { withExamples } from '../help-examples.ts';
import { findImage } from './find-image.ts';
import { withRkt } from './image-session.ts';

interface ExportFlags {
  readonly overwrite?: boolean;
  readonly as?: 'aci' | 'oci';
}

/** `rkt-streams image export`. */
export function addImageExport(image: Command): void {
  const command = image
    .command('export')
    .summary('write an image to a file')
    .description(
      'Writes an image to a file: one that ends in .aci as the ACI it is, without the images it depends on; one that ends in .tar as\n' +
        'an archive that docker and OCI tools load, with all files. Prints the path. The file is complete or absent.',
    )
    .argument('<image>', 'name of an image, or the beginning of its id')
    .argument('<file>', 'the file to write')
    .addOption(
      new Option('--as <kind>', 'what to write, whatever the name of the file').choices(['aci', 'oci']),
    )
    .option('--overwrite', 'replace the file')
    .action((wanted: string, file: string, flags: ExportFlags, self: Command) =>
      withRkt(self, async ({ runner, output, interrupt }) => {
        const kind = flags.as ?? kindOf(file);
        const { id, name } = await findImage(runner, wanted);
        const path = resolve(process.cwd(), file);
        const options = { overwrite: flags.overwrite ?? false, signal: interrupt.signal };
        if (kind === 'aci') await exportImage(runner, id, path, { ...options, timeoutMs: 2 ** 31 - 1 });
        output.print({ id, name, path }, () => path);
        return undefined;
      }),
    );
  withExamples(command, [
    ['image export redis:7 redis.aci', 'For another rkt'],
    ['image export redis:7 redis.tar && docker load -i redis.tar', 'For docker'],
  ]);
}

function kindOf(file: string): 'aci' | 'oci' {
  if (file.endsWith('.aci')) return 'aci';
  if (file.endsWith('.tar')) return 'oci';
  throw new RktError(
    'RKT_ERR_OPTIONS',
    `${file}: end the name in .aci or .tar, or give --as aci or --as oci`,
  );
}
