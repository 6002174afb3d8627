import { constants, type Stats } from 'node:fs';
import { open, readlink, type FileHandle } from 'node:fs/promises';

import { O_PATH, descriptorPath } from './regular-file.ts';

/** The limit of Linux. */
const MAX_LINKS = 40;

/**
 * Opens (as O_PATH) what a process with the root `root` finds at an absolute path. Symbolic links are followed as
 * that process would: none leads out of `root`, not even one that is created meanwhile.
 *
 * @param maySearch whether a directory of the path can be searched; by default every one
 * @throws a system error ENOENT, ENOTDIR, ELOOP or EACCES
 */
export async function openInRoot(
  root: string,
  path: string,
  maySearch: (directory: Stats) => boolean = () => true,
): Promise<FileHandle> {
  const opened = [await open(root, O_PATH | constants.O_DIRECTORY)];
  const back = async (depth: number): Promise<void> => {
    await Promise.all(opened.splice(depth).map((handle) => handle.close()));
  };
  const here = (): FileHandle => opened.at(-1) as FileHandle;
  const todo = namesOf(path);
  let links = 0;
  try {
    for (let name = todo.shift(); name !== undefined; name = todo.shift()) {
      const stat = await here().stat();
      if (!stat.isDirectory()) throw failed('ENOTDIR', path);
      if (!maySearch(stat)) throw failed('EACCES', path);
      if (name === '..') {
        await back(Math.max(1, opened.length - 1));
        continue;
      }
      const place = `${descriptorPath(here())}/${name}`;
      const next = await open(place, O_PATH | constants.O_NOFOLLOW);
      opened.push(next);
      if (!(await next.stat()).isSymbolicLink()) continue;
      links += 1;
      if (links > MAX_LINKS) throw failed('ELOOP', path);
      // Read by its name: if it is no longer a link, this fails.
      const target = await readlink(place);
      await back(target.startsWith('/') ? 1 : opened.length - 1);
      todo.unshift(...namesOf(target));
    }
    return opened.pop() as FileHandle;
  } finally {
    await back(0);
  }
}

/** The first bytes of a regular file that {@link openInRoot} has opened. */
export async function headOf(found: FileHandle, bytes: number): Promise<Buffer> {
  const file = await open(descriptorPath(found), constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(bytes), 0, bytes, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

function namesOf(path: string): string[] {
  return path.split('/').filter((name) => name !== '' && name !== '.');
}

function failed(code: string, path: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${code}: ${path}`), { code });
}
