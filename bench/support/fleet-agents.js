// A process with the agents of many hosts, as built for a package, all over one recording. The order comes over IPC; the answers
// are where they listen. Some of them can be closed, and opened again at the same ports.
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { createRecordedDriver } from '../../dist/drivers/recorded/index.js';
import { createServer } from '../../dist/server/index.js';

const [{ file, agents }] = await once(process, 'message');
const driver = createRecordedDriver(file, { loop: true });
const directory = await mkdtemp(join(tmpdir(), 'rkt-streams-bench-fleet-'));
const open = (index, port) =>
  createServer(driver, {
    dataDir: join(directory, String(index)),
    listen: { host: '127.0.0.1', port },
    socketPath: false,
    dashboard: false,
  });
const servers = [];
for (let index = 0; index < agents; index += 1) servers.push(await open(index, 0));
const urls = servers.map(({ url }) => url);

process.on('message', async (order) => {
  const { what = order, count } = order;
  if (what === 'close') await Promise.all(servers.slice(0, count).map((server) => server.close()));
  if (what === 'open')
    for (let index = 0; index < count; index += 1)
      servers[index] = await open(index, Number(new URL(urls[index]).port));
  if (what === 'end') {
    await Promise.all(servers.map((server) => server.close()));
    await driver.shutdown();
    await rm(directory, { recursive: true });
    process.exit(0);
  }
  process.send(what);
});
process.send(urls);
process.on('disconnect', () => process.exit(1));
