import type { Command } from '../command-line/command-shape.ts';
import { RktFailure, type RktContext } from '../embedded-context.ts';
import { findStored, type StoredImage } from '../store/image-store.ts';
import { isHash } from '../store/lookup.ts';

/** `rkt image verify`: a tree that is not what its image gives is rendered again. */
export const command: Command = {
  name: 'image verify',
  summary: 'Verify one or more rendered images in the local store',
  usage: 'image verify IMAGE...',
  description: `Verify is able to check that, based on the stored hash value, a rendered image on disk has not changed.

This command may be used if the user suspects disk corruption might have damaged the rkt store.`,
  flags: [],
  async run(ctx, _flags, args) {
    if (args.length === 0) throw new RktFailure('must provide at least one image ID');
    for (const text of args) await verify(ctx, text);
    return 0;
  },
};

async function verify(ctx: RktContext, text: string): Promise<void> {
  const { rebuildTree, verifyTree } = await import('../store/verify.ts');
  const image = find(ctx, text);
  const state = await verifyTree(ctx, image);
  const shown = JSON.stringify(text);
  if (state === 'not rendered') ctx.stdout(`image ${shown} not rendered; no verification needed\n`);
  if (state === 'good')
    ctx.stdout(`successfully verified checksum for image: ${shown} (${JSON.stringify(image.id)})\n`);
  if (state !== 'changed') return;
  ctx.stdout(`tree cache verification failed for image ${text}: the tree has changed;  rebuilding...\n`);
  try {
    await rebuildTree(ctx, image);
  } catch (error) {
    if (!(error instanceof RktFailure)) throw error;
    throw new RktFailure(`unable to repair cache for image ${text}: ${error.describe(false)}`);
  }
}

function find(ctx: RktContext, text: string): StoredImage {
  try {
    return findStored(ctx, text);
  } catch (error) {
    if (!(error instanceof RktFailure) || error.message.startsWith('cannot open store')) throw error;
    const why = isHash(text) ? 'cannot resolve image ID' : 'cannot find image';
    throw new RktFailure(`unable to resolve store key for image ${text}: ${why}`);
  }
}
