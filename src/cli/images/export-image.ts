import { resolve } from 'node:path';

import type { Command } from 'commander';

import { RktError } from '../../model/rkt-error.ts';
import { exportImage } from '../../rkt/rkt-image-export.ts';
import { withExamples } from '../help-examples.ts';
import { findImage } from './find-image.ts';
import { withRkt } from './image-session.ts';

interface ExportFlags {
  readonly overwrite?: boolean;
}

/** `rkt-streams image export`. */
export function addImageExport(image: Command): void {
  const command = image
    .command('export')
    .summary('write an image to an ACI file')
    .description(
      'Writes an image to an ACI file, without the images it depends on, and prints the path. The file is complete or absent.',
    )
    .argument('<image>', 'name of an image, or the beginning of its id')
    .argument('<out.aci>', 'the file to write')
    .option('--overwrite', 'replace the file')
    .action((wanted: string, file: string, flags: ExportFlags, self: Command) =>
      withRkt(self, async ({ runner, output, interrupt }) => {
        if (!file.endsWith('.aci'))
          throw new RktError('RKT_ERR_OPTIONS', `${file}: the name of an ACI ends in .aci`);
        const { id, name } = await findImage(runner, wanted);
        const path = resolve(process.cwd(), file);
        const { overwrite = false } = flags;
        await exportImage(runner, id, path, { overwrite, signal: interrupt.signal, timeoutMs: 2 ** 31 - 1 });
        output.print({ id, name, path }, () => path);
        return undefined;
      }),
    );
  withExamples(command, [['image export redis:7 redis.aci', 'For another machine']]);
}
