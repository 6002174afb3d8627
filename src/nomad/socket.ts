import { randomBytes } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { chmod, chown } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { RktError } from '../model/errors.ts';

/** What the kernel takes for the address of a unix socket, without the zero byte at its end. */
const PATH_BYTES = 107;

/** A fresh path for the plugin's socket. @throws RKT_ERR_OPTIONS when the host's directory makes it too long */
export function newSocketPath(directory?: string, temporary: string = tmpdir()): string {
  const name = `plugin-rkt-${randomBytes(6).toString('hex')}`;
  const fits = (path: string): boolean => Buffer.byteLength(path) <= PATH_BYTES;
  if (directory !== undefined) {
    const path = join(directory, name);
    if (fits(path)) return path;
    throw new RktError(
      'RKT_ERR_OPTIONS',
      `PLUGIN_UNIX_SOCKET_DIR ${directory} is too long: the path of a socket has at most ${PATH_BYTES} bytes`,
    );
  }
  const path = join(temporary, name);
  return fits(path) ? path : join('/tmp', name);
}

/** Lets only the user of this process connect, and the group when one is named. */
export async function protectSocket(path: string, group?: string): Promise<void> {
  if (group === undefined) {
    await chmod(path, 0o600);
    return;
  }
  await chown(path, process.getuid?.() ?? 0, groupId(group));
  await chmod(path, 0o660);
}

/** The number of a group given by name or number. @throws RKT_ERR_OPTIONS */
export function groupId(group: string, file = '/etc/group'): number {
  if (/^\d+$/.test(group)) return Number(group);
  const lines = readFileSync(file, 'utf8').split('\n');
  const id = lines.map((line) => line.split(':')).find(([name]) => name === group)?.[2];
  if (id !== undefined) return Number(id);
  throw new RktError(
    'RKT_ERR_OPTIONS',
    `PLUGIN_UNIX_SOCKET_GROUP ${group} is neither a number nor a group of ${file}`,
  );
}

export function removeSocket(path: string): void {
  rmSync(path, { force: true });
}
