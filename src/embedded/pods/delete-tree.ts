import { chmodSync, lstatSync, readdirSync, realpathSync, rmdirSync, unlinkSync, type Stats } from 'node:fs';
import { join } from 'node:path';

import { RktFailure, systemErrorText } from '../context.ts';
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
 * Deletes a directory and everything in it, never across a mount.
 *
 * A directory on another device than its parent, and any mount point (bind mounts keep the device), ends the deletion.
 * @throws RktFailure naming the mount or the file that cannot be deleted
 */
export function deleteTree(dir: string): void {
  const real = realpathSync(dir);
  const mountPoints = new Set(mountsWithin(readMounts(), real).map((mount) => mount.target));
  deleteDirectory(real, lstatSync(real).dev, mountPoints);
}

function deleteDirectory(dir: string, device: number, mountPoints: ReadonlySet<string>): void {
  const stat = lstatSync(dir);
  if (mountPoints.has(dir) || stat.dev !== device) throw stillMounted(dir, '');
  for (const entry of entriesOf(dir, stat)) {
    const path = join(dir, entry.name);
    if (mountPoints.has(path)) throw stillMounted(path, '');
    if (entry.isDirectory()) deleteDirectory(path, device, mountPoints);
    else attempt('unlink', path, () => unlinkSync(path));
  }
  attempt('rmdir', dir, () => rmdirSync(dir));
}

/** overlayfs leaves a work directory without any permission bits, which its owner has to open first. */
function entriesOf(dir: string, stat: Stats) {
  if ((stat.mode & 0o700) !== 0o700 && process.getuid?.() === stat.uid) chmodSync(dir, 0o700);
  return attempt('open', dir, () => readdirSync(dir, { withFileTypes: true }));
}

function attempt<T>(operation: string, path: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw new RktFailure(systemErrorText(operation, path, error));
  }
}
