import { createHash } from 'node:crypto';
import {
  createReadStream,
  existsSync,
  mkdirSync,
  renameSync,
  statSync,
  lstatSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { RktContext } from '../embedded-context.ts';
import { RktFailure } from '../embedded-context.ts';
import { EntryMeter } from '../aci/meter.ts';
import { beyondLimit, imageLimits } from '../aci/image-limits.ts';
import type { ManifestDependency } from '../manifest/aci-manifest.ts';
import type { StoredImage } from './lookup.ts';
import { storedDependency } from './dependencies.ts';
import type { StorePaths } from './paths.ts';
import { takeDirectory } from './pull-directory.ts';
import { readRecords, writeRecord } from './store-records.ts';
import { removeTemporary, temporaryPath } from './temporary.ts';
import { entryPath } from '../open-dir.ts';
import { formatSize } from '../command-line/text.ts';
import { walkTree } from '../walk-tree.ts';

/** An image laid out on disk with its dependencies. */
export interface RenderedTree {
  /** `deps-sha512-` and 64 hex digits. */
  readonly treeStoreId: string;
  /** May not exist: an image without a rootfs renders to nothing. */
  readonly rootfsDir: string;
  readonly manifestPath: string;
}

const MAX_DEPTH = 32;
const READ_BYTES = 256 * 1024;

/**
 * Renders an image into the tree store, once: calls at the same time wait for it, later ones find the tree.
 *
 * It is made aside and renamed, so a tree that is there is complete.
 * @throws RktFailure when a dependency is not in the store or the image cannot be laid out
 */
export async function renderInto(
  ctx: RktContext,
  paths: StorePaths,
  image: StoredImage,
): Promise<RenderedTree> {
  const layers = layersOf(paths, image);
  const tree = treeOf(paths, image);
  const dir = join(paths.trees, tree.treeStoreId);
  if (existsSync(join(dir, 'rendered'))) return tree;
  const lock = join(paths.treeLocks, tree.treeStoreId);
  const taken = await takeDirectory(ctx, lock, `another command that renders ${image.name}`);
  try {
    if (!existsSync(join(dir, 'rendered'))) await renderNow(ctx, paths, layers, dir);
  } finally {
    await taken.release();
  }
  return tree;
}

async function renderNow(
  ctx: RktContext,
  paths: StorePaths,
  layers: readonly StoredImage[],
  dir: string,
): Promise<void> {
  const id = layers.at(-1)?.id ?? '';
  const temporary = temporaryPath(paths, 'tree');
  try {
    mkdirSync(temporary, { mode: 0o755 });
    await layOut(ctx, paths, layers, temporary);
    writeFileSync(join(temporary, 'image'), id);
    writeFileSync(join(temporary, 'rendered'), '');
    const treeBytes = sizeOf(temporary);
    renameOrYield(temporary, dir);
    noteTreeSize(paths, id, treeBytes);
  } finally {
    removeTemporary(temporary);
  }
}

/** Where the tree of an image is, once it is rendered. @throws RktFailure when a dependency is not in the store */
export function treeOf(paths: StorePaths, image: StoredImage): RenderedTree {
  const ids = layersOf(paths, image).map(({ id }) => id);
  const digest = createHash('sha512').update(ids.join('\n')).digest('hex');
  const treeStoreId = `deps-sha512-${digest.slice(0, 64)}`;
  const dir = join(paths.trees, treeStoreId);
  return { treeStoreId, rootfsDir: join(dir, 'rootfs'), manifestPath: join(dir, 'manifest') };
}

/** Renders an image into a directory of the caller, which is made if it is missing: `destDir/{manifest,rootfs}`. */
export async function renderTo(
  ctx: RktContext,
  paths: StorePaths,
  image: StoredImage,
  destDir: string,
): Promise<void> {
  mkdirSync(destDir, { recursive: true, mode: 0o755 });
  await layOut(ctx, paths, layersOf(paths, image), destDir);
}

/** Images to be laid over one another, the deepest dependency first, the image itself last. */
export function layersOf(paths: StorePaths, image: StoredImage): readonly StoredImage[] {
  // in the order of their completion; each is checked once, however many depend on it
  const layers = new Map<string, StoredImage>();
  const visit = (current: StoredImage, depth: number): void => {
    if (layers.has(current.id)) return;
    if (depth > MAX_DEPTH) throw new RktFailure('error rendering image', ['the dependencies form a circle']);
    for (const dependency of current.manifest.dependencies ?? [])
      visit(dependencyImage(paths, dependency), depth + 1);
    layers.set(current.id, current);
  };
  visit(image, 0);
  return [...layers.values()];
}

function dependencyImage(paths: StorePaths, dependency: ManifestDependency): StoredImage {
  const found = storedDependency(paths, dependency);
  if (found !== undefined) return found;
  throw new RktFailure('error rendering image', [
    `dependency ${JSON.stringify(dependency.imageName)} is not in the local store`,
  ]);
}

async function layOut(
  ctx: RktContext,
  paths: StorePaths,
  layers: readonly StoredImage[],
  dir: string,
): Promise<void> {
  const { extractRootfs } = await import('../aci/extract.ts');
  const top = layers.at(-1);
  const limits = imageLimits(ctx);
  const meter = new EntryMeter(limits);
  const bytes = layers.reduce((sum, { id }) => sum + statSync(paths.blob(id)).size, 0);
  if (bytes > limits.unpackedBytes)
    throw beyondLimit('unpackedBytes', limits, `the image with its dependencies has ${formatSize(bytes)}`);
  for (const layer of layers) {
    // a dependency's own list restricts what it contributes, the image's list restricts everything
    const lists = [layer.manifest.pathWhitelist ?? [], top?.manifest.pathWhitelist ?? []];
    await extractRootfs(
      createReadStream(paths.blob(layer.id), { highWaterMark: READ_BYTES }),
      join(dir, 'rootfs'),
      {
        asRoot: ctx.uid === 0,
        meter,
        pathWhitelists: lists.filter((list) => list.length > 0),
        warn: (text) => ctx.stderr(`image: ${text}\n`),
      },
    );
  }
  if (top !== undefined) writeFileSync(join(dir, 'manifest'), JSON.stringify(top.manifest), { mode: 0o600 });
}

/** Another rkt may have rendered the same tree meanwhile: then its tree is as good. */
function renameOrYield(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST') throw error;
  }
}

function noteTreeSize(paths: StorePaths, id: string, treeBytes: number): void {
  const record = readRecords(paths).find((candidate) => candidate.id === id);
  if (record !== undefined) writeRecord(paths, { ...record, treeBytes });
}

/** Bytes of everything below a directory. @throws RktFailure */
export function sizeOf(path: string): number {
  let bytes = 0;
  walkTree(path, {
    enter: (dir) => void (bytes += dir.stat.size),
    file: (dir, name) => void (bytes += lstatSync(entryPath(dir, name)).size),
  });
  return bytes;
}
