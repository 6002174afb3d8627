import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rmdir, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

import { holderProcess } from './holder-name.ts';
import { isAlive } from './process-info.ts';

const UUID_LENGTH = 36;
/** The possible contents of a lock: the file of a holder, or a free lock. */
const FREE = /^\d\d\.free$/;

/**
 * Creates an empty directory that will be renamed to `directory` when it is complete. Its name identifies its
 * process, and those of dead processes are removed.
 *
 * @param maker the name of this process, see {@link holderName}
 * @throws the error of the file system
 */
export async function makeFreshDirectory(directory: string, maker: string): Promise<string> {
  const parent = dirname(directory);
  const prefix = `.${basename(directory)}-`;
  for (const name of await readdir(parent).catch(() => [])) {
    if (name.startsWith(prefix) && (await isAbandoned(name.slice(prefix.length))))
      await removeAbandoned(join(parent, name));
  }
  const fresh = join(parent, `${prefix}${randomUUID()}-${maker}`);
  await mkdir(fresh, { recursive: true, mode: 0o700 });
  return fresh;
}

async function isAbandoned(rest: string): Promise<boolean> {
  const maker = holderProcess(rest.slice(UUID_LENGTH + 1));
  return maker !== undefined && !(await isAlive(maker));
}

/** One name at a time: in a shared directory something else may be in its place. What cannot be removed stays. */
async function removeAbandoned(directory: string): Promise<void> {
  const names = await readdir(directory).catch(() => []);
  for (const name of names) {
    if (FREE.test(name) || holderProcess(name) !== undefined)
      await unlink(join(directory, name)).catch(() => undefined);
  }
  await rmdir(directory).catch(() => undefined);
}
