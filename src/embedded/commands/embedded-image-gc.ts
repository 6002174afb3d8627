import { join } from 'node:path';
import type { Command } from '../command-line/command-shape.ts';
import { printMessage, type RktContext } from '../embedded-context.ts';
import { imagesInUse } from '../pods/images-in-use.ts';
import { whileNothingIsPrepared } from '../pods/prepare-lock.ts';
import { treesInUse } from '../pods/tree-users.ts';
import type { StorePaths } from '../store/paths.ts';
import { storePaths } from '../store/paths.ts';
import { removeImage } from '../store/store-records.ts';
import { removeRemotes } from '../store/remotes.ts';
import { sizeOf } from '../store/render.ts';
import { imagesByUse, type ImageUse } from '../store/unused-images.ts';
import { removeUnusedTrees } from '../store/unused-trees.ts';
import { formatSize, parseSize } from '../command-line/text.ts';

/** `rkt image gc`; `--max-size` is not rkt's. */
export const command: Command = {
  name: 'image gc',
  summary: 'Garbage collect local store',
  usage: 'image gc',
  description: `This is intended to be run periodically from a timer or cron job.

The default grace period is 24h. Use --grace-period=0s to effectively disable
the grace-period.`,
  flags: [
    {
      name: 'grace-period',
      kind: 'duration',
      default: '24h0m0s',
      help: 'duration to wait since an image was last used before removing it',
    },
    {
      name: 'max-size',
      kind: 'value',
      help: 'remove the least recently used images, whatever their age, until the store has at most this size, e.g. 20GiB',
      check: (value) =>
        parseSize(value) === undefined
          ? 'give a positive number of bytes, with KiB, MiB, GiB or TiB if need be'
          : undefined,
    },
  ],
  async run(ctx, flags) {
    const paths = storePaths(ctx);
    const maxBytes = parseSize(flags.string('max-size')) ?? Infinity;
    await whileNothingIsPrepared(ctx, () => collect(ctx, paths, flags.durationMs('grace-period'), maxBytes));
    return 0;
  },
};

function collect(ctx: RktContext, paths: StorePaths, graceMs: number, maxBytes: number): void {
  const trees = new Set(treesInUse(ctx).keys());
  for (const { treeStoreId, failure } of removeUnusedTrees(paths, trees)) {
    const shown = `treestore ${JSON.stringify(treeStoreId)}`;
    if (failure === undefined) printMessage(ctx, `removed ${shown}`);
    else printMessage(ctx, `error removing ${shown}: ${failure.describe(false)}`);
  }
  const images = imagesByUse(paths, imagesInUse(ctx));
  const now = Date.now();
  const old = images.filter(({ isInUse, usedAtMs }) => !isInUse && now - usedAtMs > graceMs);
  const kept = images.filter((image) => !old.includes(image));
  const removed = [...old, ...(maxBytes === Infinity ? [] : beyond(ctx, paths, kept, maxBytes))];
  for (const { id } of removed) {
    removeImage(paths, id);
    removeRemotes(paths, id);
    ctx.stdout(`successfully removed aci for image: "${id}"\n`);
  }
  if (removed.length > 0) printMessage(ctx, `${removed.length} image(s) successfully removed`);
}

/** The least recently used images without which the store is small enough; those of pods stay. */
function beyond(
  ctx: RktContext,
  paths: StorePaths,
  images: readonly ImageUse[],
  maxBytes: number,
): readonly ImageUse[] {
  let bytes = sizeOf(paths.trees) + images.reduce((sum, { blobBytes }) => sum + blobBytes, 0);
  const removed: ImageUse[] = [];
  for (const image of images) {
    if (bytes <= maxBytes) return removed;
    if (image.isInUse) continue;
    removed.push(image);
    bytes -= image.blobBytes;
  }
  if (bytes > maxBytes)
    printMessage(
      ctx,
      `pods use the ${formatSize(bytes)} that stay in ${join(ctx.dir, 'cas')}, more than the ${formatSize(maxBytes)} of --max-size`,
    );
  return removed;
}
