import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { WebSocket } from 'ws';

import { createDriverOver } from '../../../src/drivers/remote/remote-driver.ts';
import { createRemoteDriver } from '../../../src/drivers/remote/connect-remote.ts';
import { fetchTransport } from '../../../src/drivers/remote/fetch-transport.ts';
import type { Driver } from '../../../src/index.ts';
import { createServer, type Server } from '../../../src/server/index.ts';
import { openContractTasks, type ContractTasks } from '../../support/contract-tasks.ts';
import { openSandbox, type Sandbox } from '../../support/sandbox.ts';
import { describeDriver } from './describe-driver.ts';

describe('a remote driver', function () {
  this.timeout(180_000);
  let sandbox: Sandbox;
  let tasks: ContractTasks;
  let server: Server;
  // Node has had that of browsers since its version 22.
  const globals = globalThis as { WebSocket?: unknown };
  const own = globals.WebSocket;
  before(async function () {
    globals.WebSocket ??= WebSocket;
    sandbox = await openSandbox(this);
    tasks = await openContractTasks(sandbox);
    server = await createServer(tasks.machine, {
      dataDir: sandbox.options.dataDir,
      socketPath: join(sandbox.base, 'agent.sock'),
      listen: { host: '127.0.0.1', port: 0 },
      requireToken: true,
    });
  });
  after(async () => {
    if (own === undefined) delete globals.WebSocket;
    await server.close();
    await sandbox.close();
  });

  const address = (): { url: string; token: string } => ({
    url: server.url ?? '',
    token: readFileSync(server.tokenPath, 'utf8').trim(),
  });
  const ways: Readonly<Record<string, () => Driver>> = {
    'remote, over the socket': () => createRemoteDriver({ socketPath: server.socketPath ?? '' }),
    'remote, over HTTP': () => createRemoteDriver(address()),
    'remote, over fetch': () => createDriverOver(fetchTransport(address())),
  };
  for (const [name, open] of Object.entries(ways)) describeDriver(name, () => tasks.environment(open));
});
