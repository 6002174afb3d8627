import type { Command } from './command.ts';
import { UsageFailure, wrapFailure } from './context.ts';
import type { StoredImage } from './store/image-store.ts';
import { findStored } from './store/image-store.ts';
import { formatJson } from './text.ts';

/** `rkt image cat-manifest`. */
export const command: Command = {
  name: 'image cat-manifest',
  summary: 'Inspect and print the image manifest',
  usage: 'image cat-manifest IMAGE',
  description: 'IMAGE should be a string referencing an image; either a ID or an image name.',
  flags: [{ name: 'pretty-print', kind: 'bool', default: 'true', help: 'apply indent to format the output' }],
  run(ctx, flags, args) {
    const [text] = args;
    if (args.length !== 1 || text === undefined) throw new UsageFailure('');
    let image: StoredImage;
    try {
      image = findStored(ctx, text);
    } catch (error) {
      throw withoutMessage(error);
    }
    ctx.stdout(`${formatJson(image.manifest, flags.bool('pretty-print'))}\n`);
    return Promise.resolve(0);
  },
};

/** The chain begins with an empty message: only the innermost text is shown, all of it with `--debug`. */
function withoutMessage(error: unknown): unknown {
  return wrapFailure(wrapFailure(error, 'cannot find image'), '');
}
