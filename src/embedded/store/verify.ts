import { createHash } from 'node:crypto';
import { createReadStream, existsSync, lstatSync, readlinkSync, renameSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { RktContext } from '../embedded-context.ts';
import { RktFailure } from '../embedded-context.ts';
import { entryPath } from '../open-dir.ts';
import { whileNothingIsPrepared } from '../pods/prepare-lock.ts';
import { treesInUse } from '../pods/tree-users.ts';
import { walkTree } from '../walk-tree.ts';
import type { StoredImage } from './lookup.ts';
import { storePaths } from './paths.ts';
import { layersOf, renderInto, renderTo, treeOf } from './render.ts';
import { removeTemporary, temporaryPath } from './temporary.ts';

/** Whether an image's tree is what its archives give. */
export type TreeState = 'not rendered' | 'good' | 'changed';

/**
 * Compares the rendered tree of an image with its archives, which have to have the hashes that name them: names, types, modes,
 * owners and contents.
 *
 * @throws RktFailure when an archive itself has changed
 */
export async function verifyTree(ctx: RktContext, image: StoredImage): Promise<TreeState> {
  const paths = storePaths(ctx);
  const { rootfsDir } = treeOf(paths, image);
  if (!existsSync(join(rootfsDir, '../rendered'))) return 'not rendered';
  for (const { id } of layersOf(paths, image)) {
    const hash = createHash('sha512');
    await pipeline(createReadStream(paths.blob(id)), hash);
    if (!`sha512-${hash.digest('hex')}`.startsWith(id))
      throw new RktFailure(
        `the archive of ${id} in the store has changed: remove the image and fetch it again`,
      );
  }
  const fresh = temporaryPath(paths, 'verify');
  try {
    await renderTo(ctx, paths, image, fresh);
    const same = (await digestOf(join(fresh, 'rootfs'))) === (await digestOf(rootfsDir));
    return same ? 'good' : 'changed';
  } finally {
    removeTemporary(fresh);
  }
}

/** Renders an image's tree again. @throws RktFailure when a pod uses the tree, which then stays as it is */
export async function rebuildTree(ctx: RktContext, image: StoredImage): Promise<void> {
  const paths = storePaths(ctx);
  const { treeStoreId } = treeOf(paths, image);
  const dir = join(paths.trees, treeStoreId);
  const old = temporaryPath(paths, 'tree');
  await whileNothingIsPrepared(ctx, () => {
    const pod = treesInUse(ctx).get(treeStoreId);
    if (pod !== undefined) throw new RktFailure(`pod ${pod} uses its tree`);
    renameSync(dir, old);
  });
  try {
    await renderInto(ctx, paths, image);
  } catch (error) {
    if (!existsSync(dir)) renameSync(old, dir);
    throw error;
  }
  removeTemporary(old);
}

async function digestOf(root: string): Promise<string> {
  if (!existsSync(root)) return '';
  const lines: string[] = [];
  const contents: { readonly line: number; readonly path: string }[] = [];
  walkTree(root, {
    enter: ({ stat }, path) => void lines.push(`${path().slice(root.length)} ${facts(stat)}`),
    file: (dir, name, path) => {
      const file = entryPath(dir, name);
      const stat = lstatSync(file);
      const target = stat.isSymbolicLink() ? readlinkSync(file) : '';
      if (stat.isFile()) contents.push({ line: lines.length, path: path() });
      lines.push(
        `${path().slice(root.length)} ${facts(stat)} ${stat.isFile() ? stat.size : stat.rdev} ${target}`,
      );
    },
  });
  for (const { line, path } of contents) {
    const hash = createHash('sha512');
    await pipeline(createReadStream(path), hash);
    lines[line] = `${lines[line] ?? ''}${hash.digest('hex')}`;
  }
  return createHash('sha512').update(lines.sort().join('\0')).digest('hex');
}

function facts({ mode, uid, gid }: Pick<Stats, 'mode' | 'uid' | 'gid'>): string {
  return `${mode} ${uid} ${gid}`;
}
