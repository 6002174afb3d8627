import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import { withWorkload, type Workload } from './support/workload.ts';
import { median, summary, type Benchmark, type Row } from './support/benchmark.ts';

const CLIENTS = 100;
const MIB = 2 ** 20;
/** The topics of the dashboard that come every second. */
const PATH = '/v1/streams?topics=tasks,stats,events&intervalMs=1000';

interface Look {
  readonly p99Ms: number;
  readonly maxMs: number;
  readonly rss: number;
  /** After a collection. */
  readonly heapUsed: number;
  readonly external: number;
  readonly frames: number;
  readonly bytes: number;
}

export const sse: Benchmark = {
  name: 'sse',
  asks: 'Does an agent stay quick and small with 100 clients of its streams, 1,000 tasks every second?',
  run({ quick }) {
    const looks = quick ? 3 : 30;
    const everyMs = quick ? 3_000 : 10_000;
    return withWorkload(
      quick ? 100 : 1_000,
      async (workload) =>
        rows(await course(workload, { looks, everyMs, warmUpMs: quick ? 2_000 : 60_000 }), everyMs),
      { everyNthIsBusy: 10 },
    );
  },
};

async function course(
  workload: Workload,
  {
    looks,
    everyMs,
    warmUpMs,
  }: { readonly looks: number; readonly everyMs: number; readonly warmUpMs: number },
): Promise<readonly Look[]> {
  const dataDir = await mkdtemp(join(tmpdir(), 'rkt-streams-bench-sse-'));
  const server = child('sse-server.js', ['--expose-gc']);
  const clients = child('sse-clients.js', []);
  try {
    const paths = Array.from({ length: workload.count }, (_, index) => workload.paths(index));
    const { url } = (await asked(server, { parent: workload.parent, paths, dataDir })) as { url: string };
    await asked(clients, { url, clients: CLIENTS, path: PATH });
    await delay(warmUpMs);
    await both(server, clients);
    const seen: Look[] = [];
    for (let index = 0; index < looks; index += 1) {
      await delay(everyMs);
      seen.push(await both(server, clients));
    }
    return seen;
  } finally {
    await Promise.all([ended(clients), ended(server)]);
    await rm(dataDir, { recursive: true });
  }
}

function rows(course: readonly Look[], everyMs: number): readonly Row[] {
  const quarter = Math.ceil(course.length / 4);
  const memory = (what: string, of: (look: Look) => number): readonly Row[] => {
    const [early, late] = [course.slice(0, quarter), course.slice(-quarter)].map((part) =>
      median(part.map((look) => of(look) / MIB)),
    ) as [number, number];
    const ratio = { ratio: late / early, ratioTo: 'the first', threshold: { atMost: 1.1 } };
    return [
      { what: `${what}, first quarter`, median: early, unit: 'MiB' },
      { what: `${what}, last quarter`, median: late, unit: 'MiB', ...ratio },
    ];
  };
  const perSecond = (of: (look: Look) => number): readonly number[] =>
    course.map((look) => (of(look) / everyMs) * 1_000);
  return [
    {
      what: 'event loop delay, 99th percentile',
      ...summary(course.map(({ p99Ms }) => p99Ms)),
      unit: 'ms',
      threshold: { atMost: 20 },
    },
    { what: 'longest delay', ...summary(course.map(({ maxMs }) => maxMs)), unit: 'ms' },
    { what: 'sent to all clients', ...summary(perSecond(({ bytes }) => bytes / MIB)), unit: 'MiB/s' },
    {
      what: 'values a client and second',
      ...summary(perSecond(({ frames }) => frames / CLIENTS)),
      unit: 'frames',
    },
    ...memory('resident memory', ({ rss }) => rss),
    ...memory('heap and buffers in use', ({ heapUsed, external }) => heapUsed + external),
  ];
}

function child(name: string, execArgv: readonly string[]): ChildProcess {
  const path = fileURLToPath(new URL(`support/${name}`, import.meta.url));
  return fork(path, [], { execArgv: [...execArgv], stdio: 'inherit' });
}

async function asked(process: ChildProcess, message: object | string): Promise<unknown> {
  const answer = once(process, 'message');
  process.send(message);
  return ((await answer) as readonly unknown[])[0];
}

async function both(server: ChildProcess, clients: ChildProcess): Promise<Look> {
  const answers = await Promise.all([asked(server, 'look'), asked(clients, 'look')]);
  return Object.assign({}, ...answers) as Look;
}

async function ended(process: ChildProcess): Promise<void> {
  if (process.exitCode !== null) return;
  const exit = once(process, 'exit');
  process.send('end');
  await exit;
}
