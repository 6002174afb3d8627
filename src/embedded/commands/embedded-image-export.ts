import { resolve } from 'node:path';
import type { Command } from '../command-line/command-shape.ts';
import { UsageFailure } from '../embedded-context.ts';
import { usedImageArgument } from '../command-line/image-argument.ts';
import { writeOutputFile } from '../output-file.ts';
import { readBlob } from '../store/image-store.ts';

/** `rkt image export`: the uncompressed tar as it is in the store. */
export const command: Command = {
  name: 'image export',
  summary: 'Export a stored image to an ACI file',
  usage: 'image export IMAGE OUTPUT_ACI_FILE',
  description: `IMAGE should be a string referencing an image: either an ID or an image name.

Note that images must be fetched prior to running export and that this command
always returns uncompressed ACIs`,
  flags: [{ name: 'overwrite', kind: 'bool', help: 'overwrite output ACI' }],
  async run(ctx, flags, args) {
    const [text, file] = args;
    if (args.length !== 2 || text === undefined || file === undefined) throw new UsageFailure('');
    const image = usedImageArgument(ctx, text);
    await writeOutputFile(resolve(ctx.cwd, file), readBlob(ctx, image), {
      overwrite: flags.bool('overwrite'),
      exists: 'output ACI file exists (try --overwrite)',
      unopened: `unable to open output ACI file ${file}`,
      unwritten: 'error writing to output ACI file',
    });
    return 0;
  },
};
