// Modes and times of the files of a package: the same on every machine, whatever its umask is.
import { chmod, lutimes, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Files that only root may read: the configuration can have tokens. */
const PRIVATE = /^etc\/rkt-streams\//;

/** Programs keep their mode. @param epoch in seconds */
export async function setTimes(root, epoch) {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isDirectory()) await chmod(path, 0o755);
    if (entry.isFile()) await chmod(path, await modeOf(path, path.slice(root.length + 1)));
  }
  await chmod(root, 0o755);
  // Directories last: what is made in them changes them.
  for (const { parentPath, name } of entries.reverse()) await lutimes(join(parentPath, name), epoch, epoch);
  await lutimes(root, epoch, epoch);
}

async function modeOf(path, name) {
  if (PRIVATE.test(name)) return 0o600;
  return (await stat(path)).mode & 0o100 ? 0o755 : 0o644;
}
