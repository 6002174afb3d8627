import { lstatSync, mkdirSync, readlinkSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { RktFailure } from '../embedded-context.ts';
import { cleanPath } from './read.ts';

const MAX_LINKS = 40;

/**
 * Real path of a directory inside a root, as a process in a chroot there would find it.
 *
 * Symlinks are followed by hand: absolute ones start at the root again and `..` stops at it, so that the result is always
 * inside. Missing directories are made (mode 0755). No other process may write to the root meanwhile.
 * @param below `rootfs`-relative components
 * @throws RktFailure when a component is no directory or there are too many symlinks
 */
export function makeDirInRoot(root: string, below: readonly string[]): string {
  let done: string[] = [];
  let links = 0;
  const todo = [...below];
  for (let part = todo.shift(); part !== undefined; part = todo.shift()) {
    if (part === '..') {
      done = done.slice(0, -1);
      continue;
    }
    const path = join(root, ...done, part);
    const stat = lstatSync(path, { throwIfNoEntry: false });
    if (stat === undefined) mkdirSync(path, { mode: 0o755 });
    else if (stat.isSymbolicLink()) {
      links += 1;
      if (links > MAX_LINKS)
        throw new RktFailure(`too many levels of symbolic links in the image: ${below.join('/')}`);
      const target = readlinkSync(path);
      if (isAbsolute(target)) done = [];
      todo.unshift(...target.split('/').filter((piece) => piece !== '' && piece !== '.'));
      continue;
    } else if (!stat.isDirectory()) {
      throw new RktFailure(`not a directory in the image: ${[...done, part].join('/')}`);
    }
    done.push(part);
  }
  return join(root, ...done);
}

/** Where a member of the rootfs is to be put: its parent is resolved (and made), its last component is not followed. */
export function placeInRoot(root: string, path: readonly string[]): string {
  const name = path.at(-1);
  return name === undefined ? root : join(makeDirInRoot(root, path.slice(0, -1)), name);
}

/** Components below the rootfs of a hard link's target, undefined when it is outside the rootfs. */
export function insideRootfs(linkname: string): string[] | undefined {
  const path = cleanPath(linkname);
  return path[0] === 'rootfs' && path.length > 1 ? path.slice(1) : undefined;
}
