import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FlagSpec } from '../command-line/args.ts';
import type { Command } from '../command-line/command-shape.ts';
import { RktFailure, UsageFailure, wrapFailure } from '../embedded-context.ts';
import { imageLimits } from '../aci/image-limits.ts';
import { usedImageArgument } from '../command-line/image-argument.ts';
import { makeOutputDir } from '../output-dir.ts';
import { readBlob } from '../store/image-store.ts';

const flagSpecs: readonly FlagSpec[] = [
  { name: 'overwrite', kind: 'bool', help: 'overwrite output directory' },
  { name: 'rootfs-only', kind: 'bool', help: 'extract rootfs only' },
];

/** `rkt image extract`: what is in the image itself, without its dependencies. */
export const command: Command = {
  name: 'image extract',
  summary: 'Extract a stored image to a directory',
  usage: 'image extract IMAGE OUTPUT_DIR',
  description: `IMAGE should be a string referencing an image: either a ID or an image name.

Note that in order to make cleaning up easy (just rm -rf), extract does not use
overlayfs or any other mechanism.`,
  flags: flagSpecs,
  async run(ctx, flags, args) {
    const [text, path] = args;
    if (args.length !== 2 || text === undefined || path === undefined) throw new UsageFailure('');
    const image = usedImageArgument(ctx, text);
    const { extractRootfs } = await import('../aci/extract.ts');
    const { readManifestText } = await import('../aci/read.ts');
    const { EntryMeter } = await import('../aci/meter.ts');
    const limits = imageLimits(ctx);
    const fill = async (dir: string): Promise<string> => {
      const rootfs = join(dir, 'rootfs');
      const began = await extractRootfs(readBlob(ctx, image), rootfs, {
        asRoot: ctx.uid === 0,
        meter: new EntryMeter(limits),
        pathWhitelists: [],
        warn: (warning) => ctx.stderr(`image: ${warning}\n`),
      }).catch(rethrow);
      if (flags.bool('rootfs-only')) {
        if (!began) throw new RktFailure('error moving ACI rootfs', ['the image has no rootfs']);
        return rootfs;
      }
      const manifest = await readManifestText(readBlob(ctx, image), limits).catch(rethrow);
      writeFileSync(join(dir, 'manifest'), manifest, { mode: 0o644 });
      return dir;
    };
    await makeOutputDir(ctx, { path, overwrite: flags.bool('overwrite'), fill });
    return 0;
  },
};

function rethrow(error: unknown): never {
  throw wrapFailure(error, 'error extracting ACI');
}
