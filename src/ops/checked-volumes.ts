import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { relative, sep } from 'node:path';

import { RktError } from '../model/rkt-error.ts';
import { reasonOf } from '../model/reason-of.ts';
import type { Volume } from './arguments/volume-arguments.ts';

/** A volume of the allocation directory, identified when it was opened. */
export interface CheckedVolume {
  readonly name: string;
  /** Its path. It may have been replaced since: only the file with the {@link identity} is mounted. */
  readonly source: string;
  /** `device:inode`, as printed by `stat -c %d:%i`. No other file can have it while the descriptor is open. */
  readonly identity: string;
  readonly isDirectory: boolean;
}

export interface CheckedVolumes {
  readonly volumes: readonly CheckedVolume[];
  /** Closes the descriptors; volumes that were not mounted by then cannot be trusted any more. */
  close(): Promise<void>;
}

/** Not among Node's constants; the same number on every Linux that Node supports. Opens anything, even a socket. */
const O_PATH = 0o10000000;

/**
 * Opens every volume in an allocation directory, one path component at a time from its root, and never through a
 * symbolic link: those were resolved when the start was planned.
 *
 * @throws {@link RktError} RKT_ERR_VOLUME_ESCAPE when the path leads through a symbolic link by now, RKT_ERR_LAUNCH
 * when a volume does not exist
 */
export async function openVolumes(volumes: readonly Volume[]): Promise<CheckedVolumes> {
  const handles: FileHandle[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(handles.splice(0).map((handle) => handle.close()));
  };
  const checked: CheckedVolume[] = [];
  try {
    for (const { name, source, root } of volumes) {
      if (root === undefined) continue;
      const handle = await openBelow(root, source);
      handles.push(handle);
      const stat = await handle.stat({ bigint: true });
      checked.push({
        name,
        source,
        identity: `${stat.dev}:${stat.ino}`,
        isDirectory: stat.isDirectory(),
      });
    }
  } catch (error) {
    await close();
    throw error;
  }
  return { volumes: checked, close };
}

async function openBelow(root: string, source: string): Promise<FileHandle> {
  const names = relative(root, source)
    .split(sep)
    .filter((name) => name !== '');
  let at = await openPath(root, source);
  for (const name of names) {
    const parent = at;
    try {
      // The link in /proc refers to the open directory itself, which cannot be replaced.
      at = await openPath(`/proc/self/fd/${parent.fd}/${name}`, source);
    } finally {
      await parent.close();
    }
    if (!(await at.stat()).isSymbolicLink()) continue;
    await at.close();
    throw replaced(source, `"${name}" is a symbolic link by now`);
  }
  return at;
}

async function openPath(path: string, source: string): Promise<FileHandle> {
  try {
    return await open(path, O_PATH | constants.O_NOFOLLOW);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') {
      throw new RktError('RKT_ERR_LAUNCH', `the volume ${source} does not exist`, { cause });
    }
    throw replaced(source, reasonOf(cause), cause);
  }
}

function replaced(source: string, why: string, cause?: unknown): RktError {
  const what = `the volume ${source} has been replaced since it was checked: ${why}`;
  return new RktError('RKT_ERR_VOLUME_ESCAPE', what, cause === undefined ? {} : { cause });
}
