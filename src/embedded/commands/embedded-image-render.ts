import { chmodSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from '../command-line/command-shape.ts';
import { RktFailure, UsageFailure, wrapFailure } from '../embedded-context.ts';
import { usedImageArgument } from '../command-line/image-argument.ts';
import { makeOutputDir } from '../output-dir.ts';
import { copyTree } from '../store/image-store.ts';

/** `rkt image render`: what an app of the image would see. */
export const command: Command = {
  name: 'image render',
  summary: 'Render a stored image to a directory with all its dependencies',
  usage: 'image render IMAGE OUTPUT_DIR',
  description: `IMAGE should be a string referencing an image: either a ID or an image name.

This differs from extract in that the rendered image is in the state the app
would see when running in rkt, dependencies and all.

Note that in order to make cleaning up easy (just rm -rf), this does not use
overlayfs or any other mechanism.`,
  flags: [
    { name: 'overwrite', kind: 'bool', help: 'overwrite output directory' },
    { name: 'rootfs-only', kind: 'bool', help: 'render rootfs only' },
  ],
  async run(ctx, flags, args) {
    const [text, path] = args;
    if (args.length !== 2 || text === undefined || path === undefined) throw new UsageFailure('');
    const image = usedImageArgument(ctx, text);
    const fill = async (dir: string): Promise<string> => {
      await copyTree(ctx, image, dir).catch((error: unknown) => {
        throw wrapFailure(error, 'error rendering ACI');
      });
      if (!flags.bool('rootfs-only')) {
        chmodSync(join(dir, 'manifest'), 0o700);
        return dir;
      }
      const rootfs = join(dir, 'rootfs');
      if (existsSync(rootfs)) return rootfs;
      throw new RktFailure('error copying ACI rootfs', ['the image has no rootfs']);
    };
    await makeOutputDir(ctx, { path, overwrite: flags.bool('overwrite'), fill });
    return 0;
  },
};
