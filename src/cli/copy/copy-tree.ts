import { basename, dirname } from 'node:path';
import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import type { Readable } from 'node:stream';

import { tarFromTree } from '../../embedded/aci/tar-from-tree.ts';
import { O_PATH, descriptorPath } from '../../files/regular-file.ts';
import { openBelow, type TreeRoot } from './tree-root.ts';
import { writeTree, type WriteOptions } from './write-tree.ts';

/** A path below a root. */
export interface PlacedPath {
  readonly root: TreeRoot;
  readonly path: string;
}

/** What is copied, held open. */
export interface OpenSource {
  readonly isDirectory: boolean;
  /** True for `DIR/.`: what is in the directory, without it. */
  readonly isContents: boolean;
  readonly name: string;
  /** @param as the name in the tar */
  tar(as: string, warn: WriteOptions['warn']): Readable;
  close(): Promise<void>;
}

/** @param follow a link is what it leads to; otherwise it is copied as a link */
export async function openSource({ root, path }: PlacedPath, follow: boolean): Promise<OpenSource> {
  const isContents = /(^|\/)\.$/.test(path);
  const plain = path.replace(/\/(\.?\/)*\.?$/, '') || '/';
  const name = basename(plain);
  const isDirectoryPath = plain !== path || name === '' || name === '.' || name === '..';
  const parent = await openBelow(root, isDirectoryPath ? path : dirname(plain));
  try {
    const found =
      follow || isDirectoryPath
        ? await openBelow(root, path)
        : await open(`${descriptorPath(parent)}/${name}`, O_PATH | constants.O_NOFOLLOW);
    const isDirectory = (await found.stat()).isDirectory();
    if (isDirectoryPath && !isDirectory) throw failed('ENOTDIR', path);
    return {
      isDirectory,
      isContents,
      name,
      tar: (as, warn) => tarFromTree({ directory: parent, name, found, as, warn }),
      async close() {
        await Promise.all([parent.close(), found.close()]);
      },
    };
  } catch (error) {
    await parent.close();
    throw error;
  }
}

/** Copies to a path by the rules of docker: into a directory that is there, and otherwise under the name that the path gives. */
export async function copyTo(source: OpenSource, target: PlacedPath, options: WriteOptions): Promise<void> {
  const { path, root } = target;
  const found = await openBelow(root, path).catch(unlessAbsent);
  const isDirectory = found !== undefined && (await found.stat()).isDirectory();
  if (isDirectory) {
    await using(found, (directory) =>
      writeTree(source.tar(source.isContents ? '.' : source.name || '.', options.warn), directory, options),
    );
    return;
  }
  await found?.close();
  if (found !== undefined && source.isDirectory) throw failed('ENOTDIR', path);
  // A name that has to be a directory is there, or it is not made.
  if (/\/\.?$/.test(path) && !(found === undefined && source.isDirectory)) throw failed('ENOENT', path);
  const plain = path.replace(/\/\.?$/, '');
  const parent = await openBelow(root, dirname(plain));
  await using(parent, (directory) =>
    writeTree(source.tar(basename(plain), options.warn), directory, options),
  );
}

/** Unpacks a tar into a directory that is there. */
export async function unpackTo(
  tar: Readable,
  { root, path }: PlacedPath,
  options: WriteOptions,
): Promise<void> {
  await using(await openBelow(root, path), async (found) => {
    if (!(await found.stat()).isDirectory()) throw failed('ENOTDIR', path);
    await writeTree(tar, found, options);
  });
}

async function using(handle: FileHandle, act: (handle: FileHandle) => Promise<void>): Promise<void> {
  try {
    await act(handle);
  } finally {
    await handle.close();
  }
}

function unlessAbsent(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}

const WORDS = { ENOTDIR: 'not a directory', ENOENT: 'no such file or directory' } as const;

function failed(code: keyof typeof WORDS, path: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${code}: ${WORDS[code]}, ${path}`), { code });
}
