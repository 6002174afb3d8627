import { once } from 'node:events';
import { lstat } from 'node:fs/promises';
import { connect } from 'node:net';

import { errnoCode } from './kernel-file.ts';

/** True for a unix socket on which no process listens any more. */
export async function isSocketAbandoned(path: string): Promise<boolean> {
  const found = await lstat(path).catch(() => undefined);
  if (found?.isSocket() !== true) return false;
  const socket = connect({ path });
  try {
    await once(socket, 'connect');
    return false;
  } catch (error) {
    return errnoCode(error) === 'ECONNREFUSED';
  } finally {
    socket.destroy();
  }
}
