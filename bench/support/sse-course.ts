import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import type { Workload } from './workload.ts';

export const CLIENTS = 100;

/** What server and clients have measured since they were asked before. */
export interface Measured {
  readonly p99Ms: number;
  readonly maxMs: number;
  readonly rss: number;
  /** After a collection. */
  readonly heapUsed: number;
  readonly external: number;
  /** Of the server, in µs. */
  readonly cpu: NodeJS.CpuUsage;
  readonly frames: number;
  readonly bytes: number;
}

export interface Course {
  /** Of the stream that every client reads. */
  readonly path: string;
  readonly rounds: number;
  readonly everyMs: number;
  readonly warmUpMs: number;
}

/** A server in a process of its own that samples a workload, and its clients in another one. */
export async function sseCourse(
  workload: Workload,
  { path, rounds, everyMs, warmUpMs }: Course,
): Promise<readonly Measured[]> {
  const dataDir = await mkdtemp(join(tmpdir(), 'rkt-streams-bench-sse-'));
  const server = child('sse-server.js', ['--expose-gc']);
  const clients = child('sse-clients.js', []);
  try {
    const paths = Array.from({ length: workload.count }, (_, index) => workload.paths(index));
    const { url } = (await asked(server, { parent: workload.parent, paths, dataDir })) as { url: string };
    await asked(clients, { url, clients: CLIENTS, path });
    await delay(warmUpMs);
    await both(server, clients);
    const measured: Measured[] = [];
    for (let round = 0; round < rounds; round += 1) {
      await delay(everyMs);
      measured.push(await both(server, clients));
    }
    return measured;
  } finally {
    await Promise.all([ended(clients), ended(server)]);
    await rm(dataDir, { recursive: true });
  }
}

function child(name: string, execArgv: readonly string[]): ChildProcess {
  const path = fileURLToPath(new URL(name, import.meta.url));
  return fork(path, [], { execArgv: [...execArgv], stdio: 'inherit' });
}

async function asked(process: ChildProcess, message: object | string): Promise<unknown> {
  const answer = once(process, 'message');
  process.send(message);
  return ((await answer) as readonly unknown[])[0];
}

async function both(server: ChildProcess, clients: ChildProcess): Promise<Measured> {
  const answers = await Promise.all([asked(server, 'measure'), asked(clients, 'measure')]);
  return Object.assign({}, ...answers) as Measured;
}

async function ended(process: ChildProcess): Promise<void> {
  if (process.exitCode !== null) return;
  const exit = once(process, 'exit');
  process.send('end');
  await exit;
}
