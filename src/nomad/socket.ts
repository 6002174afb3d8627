import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { chmod, chown, readdir, stat } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { hostGroupId } from '../files/host-group.ts';
import { RktError } from '../model/rkt-error.ts';

/** What the kernel takes for the address of a unix socket, without the zero byte at its end. */
const PATH_BYTES = 107;

const PREFIX = 'plugin-rkt-';

/** A fresh path for the plugin's socket. @throws RKT_ERR_OPTIONS when the host's directory makes it too long */
export function newSocketPath(directory?: string, temporary: string = tmpdir()): string {
  const name = `${PREFIX}${randomBytes(6).toString('hex')}`;
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
  await chown(path, process.getuid?.() ?? 0, hostGroupId(group, 'PLUGIN_UNIX_SOCKET_GROUP'));
  await chmod(path, 0o660);
}

export function removeSocket(path: string): void {
  rmSync(path, { force: true });
}

/** Removes the sockets of killed plugins from the directory of this one: with our name and user, and without a listener. */
export async function removeOrphans(socket: string): Promise<readonly string[]> {
  const directory = dirname(socket);
  const names = await readdir(directory);
  const paths = names.filter((name) => name.startsWith(PREFIX)).map((name) => join(directory, name));
  const checked = await Promise.all(paths.map(async (path) => ({ path, isOrphan: await isOrphan(path) })));
  const orphans = checked.filter((one) => one.isOrphan).map(({ path }) => path);
  orphans.forEach(removeSocket);
  return orphans;
}

async function isOrphan(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isSocket() !== true || found.uid !== process.getuid?.()) return false;
  return new Promise((resolve) => {
    const connection = createConnection(path);
    connection.on('connect', () => {
      connection.destroy();
      resolve(false);
    });
    connection.on('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'ECONNREFUSED'));
  });
}
