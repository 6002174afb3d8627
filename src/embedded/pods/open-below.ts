import { closeSync, constants, openSync } from 'node:fs';

/** Not among Node's constants; the same number on every Linux that Node runs on. */
const O_PATH = 0o10000000;

/**
 * Opens a file for reading, one name at a time below a directory (or that itself, for an empty path), and never through a
 * symbolic link below it. Undefined when that is not possible.
 */
export function openBelow(base: string, path: string): number | undefined {
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK, O_DIRECTORY } = constants;
  const names = path.split('/').filter((name) => name !== '');
  let opened: number | undefined;
  try {
    if (names.length === 0) return openSync(base, O_RDONLY | O_NONBLOCK);
    opened = openSync(base, O_PATH);
    for (const [i, name] of names.entries()) {
      const parent = opened;
      const isLast = i === names.length - 1;
      const flags = isLast ? O_RDONLY | O_NONBLOCK : O_PATH | O_DIRECTORY;
      // The link in /proc refers to the open directory itself, which cannot be replaced.
      opened = openSync(`/proc/self/fd/${parent}/${name}`, flags | O_NOFOLLOW);
      closeSync(parent);
    }
    return opened;
  } catch {
    if (opened !== undefined) closeSync(opened);
    return undefined;
  }
}
