import { once } from 'node:events';
import { rename } from 'node:fs/promises';
import { createServer } from 'node:net';

/** The socket of a process that was killed. */
export async function abandonSocket(path: string): Promise<void> {
  const server = createServer().listen(path);
  await once(server, 'listening');
  await rename(path, `${path}.aside`);
  await new Promise((resolve) => server.close(resolve));
  await rename(`${path}.aside`, path);
}
