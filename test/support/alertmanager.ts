import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { until } from './until.ts';

/** An alert as Alertmanager lists it. */
export interface ManagedAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly startsAt: string;
  readonly endsAt: string;
  readonly status: { readonly state: string };
}

/** Debian's Alertmanager, with storage of its own. */
export interface Alertmanager {
  readonly url: string;
  alerts(): Promise<readonly ManagedAlert[]>;
  close(): Promise<void>;
}

/** @param config its file, in YAML */
export async function openAlertmanager(
  config = 'route: {receiver: none}\nreceivers: [{name: none}]\n',
): Promise<Alertmanager> {
  const directory = await mkdtemp(join(tmpdir(), 'rkt-streams-alertmanager-'));
  await writeFile(join(directory, 'config.yml'), config);
  const url = `http://127.0.0.1:${await freePort()}`;
  const child = spawn(
    'prometheus-alertmanager',
    [
      `--config.file=${join(directory, 'config.yml')}`,
      `--storage.path=${join(directory, 'data')}`,
      `--web.listen-address=${new URL(url).host}`,
      '--cluster.listen-address=',
    ],
    { stdio: 'ignore' },
  );
  const ended = once(child, 'exit');
  await until('Alertmanager is ready', () =>
    fetch(`${url}/-/ready`).then(
      ({ ok }) => ok,
      () => false,
    ),
  );
  return {
    url,
    async alerts() {
      return (await (await fetch(`${url}/api/v2/alerts`)).json()) as readonly ManagedAlert[];
    },
    async close() {
      child.kill('SIGKILL');
      await ended;
      await rm(directory, { recursive: true });
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
