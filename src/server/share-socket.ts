import { chmod, chown, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

import { RktError } from '../model/rkt-error.ts';
import { reasonOf } from '../model/reason-of.ts';

const GROUP_CONNECTS = 0o660;
const GROUP_SEARCHES = 0o010;

/**
 * Lets a group connect to a socket that only its owner may use until then. A data directory that holds the socket becomes
 * searchable for the group, not readable: what is in it keeps its own modes.
 *
 * @throws RKT_ERR_LISTEN
 */
export async function shareSocket(path: string, group: number, dataDir: string): Promise<void> {
  try {
    await chown(path, -1, group);
    await chmod(path, GROUP_CONNECTS);
    if (dirname(resolve(path)) !== resolve(dataDir)) return;
    const { mode } = await stat(dataDir);
    await chown(dataDir, -1, group);
    await chmod(dataDir, (mode & 0o7777) | GROUP_SEARCHES);
  } catch (cause) {
    const what = `${path} cannot be given to the group ${group}`;
    throw new RktError('RKT_ERR_LISTEN', `${what}: ${reasonOf(cause)}`, { cause });
  }
}
