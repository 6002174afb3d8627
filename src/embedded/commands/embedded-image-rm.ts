import type { Command } from '../command-line/command-shape.ts';
import { RktFailure, printMessage } from '../embedded-context.ts';
import { lookUp } from '../store/lookup.ts';
import { storePaths } from '../store/paths.ts';
import { removeImage } from '../store/store-records.ts';
import { removeRemotes } from '../store/remotes.ts';

/** `rkt image rm`: unknown images are only reported, the exit code stays 0. */
export const command: Command = {
  name: 'image rm',
  summary: 'Remove one or more images with the given IDs or image names from the local store',
  usage: 'image rm IMAGE...',
  description: `Unlike image gc, image rm allows users to remove specific images.

The given IMAGE(s) can be an ID (long or short version), or an image name.`,
  flags: [],
  run(ctx, _flags, args) {
    if (args.length === 0) throw new RktFailure('must provide at least one image ID');
    const paths = storePaths(ctx);
    let removed = 0;
    for (const text of args) {
      try {
        const { id } = lookUp(paths, text);
        removeImage(paths, id);
        removeRemotes(paths, id);
        removed += 1;
        ctx.stdout(`successfully removed aci for image: "${id}"\n`);
      } catch (error) {
        if (!(error instanceof RktFailure)) throw error;
        printMessage(ctx, error.describe(ctx.debug));
      }
    }
    if (removed > 0) printMessage(ctx, `${removed} image(s) successfully removed`);
    return Promise.resolve(0);
  },
};
