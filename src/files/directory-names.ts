import { readdir, stat } from 'node:fs/promises';

import { MS_PER_SECOND } from '../model/units.ts';

/** Time stamps of files are some milliseconds coarse: a directory that has just changed may change again within its own. */
const UNCERTAIN_MS = MS_PER_SECOND;

/** The names in a directory. Rejects as `readdir` does. */
export type DirectoryNames = () => Promise<readonly string[]>;

/** Reads the directory only when its modification time says that names may have changed; else it costs one `stat`. */
export function createDirectoryNames(path: string): DirectoryNames {
  let known: { readonly stamp: string; readonly names: readonly string[] } | undefined;
  return async () => {
    const { dev, ino, mtimeNs, mtimeMs } = await stat(path, { bigint: true });
    const stamp = `${dev} ${ino} ${mtimeNs}`;
    if (known?.stamp === stamp) return known.names;
    // The time stamp is older than the names: what changes between the two is read by the next call.
    const names = await readdir(path);
    const isCertain = Date.now() - Number(mtimeMs) > UNCERTAIN_MS;
    known = isCertain ? { stamp, names } : undefined;
    return names;
  };
}
