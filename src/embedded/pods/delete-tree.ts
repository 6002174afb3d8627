import { realpathSync, rmdirSync, unlinkSync } from 'node:fs';

import { RktFailure } from '../embedded-context.ts';
import { entryPath, type OpenDir } from '../open-dir.ts';
import { attempt, walkTree } from '../walk-tree.ts';
import { mountsWithin, readMounts } from './mountinfo.ts';
import { runShell } from './shell.ts';

const UNMOUNT_ROUNDS = 5;

/** Private first: unmounting a shared copy of the host's /dev would unmount the original's children, too. */
const UNMOUNT_SCRIPT = `
for target do mount --make-private "$target" 2>/dev/null; done
for target do umount "$target" 2>/dev/null || umount -l "$target"; done
`;

/**
 * Unmounts everything below a directory, deepest first, lazily what is busy.
 *
 * @throws RktFailure naming a mount that stays
 */
export function unmountBelow(dir: string): void {
  const real = realpathSync(dir);
  let problem = '';
  for (let round = 0; round < UNMOUNT_ROUNDS; round += 1) {
    const targets = mountsWithin(readMounts(), real).map((mount) => mount.target);
    if (targets.length === 0) return;
    problem = runShell(UNMOUNT_SCRIPT, targets.reverse()).stderr;
  }
  const [left] = mountsWithin(readMounts(), real);
  if (left !== undefined) throw stillMounted(left.target, problem);
}

function stillMounted(path: string, why: string): RktFailure {
  const reason = why === '' ? '' : ` (${why.split('\n')[0] ?? ''})`;
  return new RktFailure(`${JSON.stringify(path)} is still mounted, nothing below it is deleted${reason}`);
}

/**
 * Deletes a directory and everything in it, never across a mount, however deep it is.
 *
 * Any mount point, also one of the same device, ends the deletion; what lies on it is not touched.
 * @throws RktFailure naming the mount or the file that cannot be deleted
 */
export function deleteTree(dir: string): void {
  const real = realpathSync(dir);
  const [mount] = mountsWithin(readMounts(), real);
  if (mount !== undefined) throw stillMounted(mount.target, '');
  let top: OpenDir | undefined;
  walkTree(real, {
    enter: (entered, path) => {
      top ??= entered;
      if (entered.mountId !== top.mountId || entered.stat.dev !== top.stat.dev)
        throw stillMounted(path(), '');
    },
    file: (parent, name, path) => attempt('unlink', path, () => unlinkSync(entryPath(parent, name))),
    leave: (parent, name, path) => attempt('rmdir', path, () => rmdirSync(entryPath(parent, name))),
  });
  attempt(
    'rmdir',
    () => real,
    () => rmdirSync(real),
  );
}
