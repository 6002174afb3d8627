import { constants, type Stats } from 'node:fs';
import { open, readlink, stat, type FileHandle } from 'node:fs/promises';
import { dirname, isAbsolute } from 'node:path';

import { O_PATH, descriptorPath } from '../files/regular-file.ts';

/** As many as the kernel follows. */
const MOST_LINKS = 40;

/**
 * Opens the parent directory of a path, one component at a time.
 *
 * Above the allocation directory symbolic links are followed. Below it tasks can write, and can replace any name at
 * any time: no link is followed there.
 *
 * @throws the error of the system, and one that names the link
 */
export async function openDirectoryOf(path: string, allocDir: string | undefined): Promise<FileHandle> {
  // Step by step it would be found as well, but twenty promises later.
  if (allocDir === undefined) return open(dirname(path), O_PATH | constants.O_DIRECTORY);
  const root = await stat(allocDir).catch(() => undefined);
  let names = namesOf(dirname(path));
  let links = 0;
  let at = await openDirectory('/');
  let isBelow = isSame(await at.stat(), root);
  try {
    for (let name = names.shift(); name !== undefined; name = names.shift()) {
      if (isBelow && name === '..') throw new Error('".." leads up within the allocation directory');
      const place = `${descriptorPath(at)}/${name}`;
      const next = await openDirectory(place);
      const found = await next.stat();
      if (!found.isSymbolicLink()) {
        const last = at;
        at = next;
        await last.close();
        isBelow ||= isSame(found, root);
        continue;
      }
      await next.close();
      if (isBelow) throw new Error(`"${name}" is a symbolic link within the allocation directory`);
      links += 1;
      if (links > MOST_LINKS) throw new Error('there are too many symbolic links');
      const target = await readlink(place);
      names = [...namesOf(target), ...names];
      if (!isAbsolute(target)) continue;
      const last = at;
      at = await openDirectory('/');
      await last.close();
    }
    return at;
  } catch (error) {
    await at.close();
    throw error;
  }
}

/** The link in /proc refers to the open directory itself, which cannot be replaced. */
async function openDirectory(place: string): Promise<FileHandle> {
  return open(place, O_PATH | constants.O_NOFOLLOW);
}

function namesOf(path: string): string[] {
  return path.split('/').filter((name) => name !== '' && name !== '.');
}

export function isSame(
  one: Pick<Stats, 'dev' | 'ino'>,
  other: Pick<Stats, 'dev' | 'ino'> | undefined,
): boolean {
  return one.dev === other?.dev && one.ino === other.ino;
}
