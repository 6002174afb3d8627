import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import { summary, type Benchmark } from './support/benchmark.ts';

const COMMAND = fileURLToPath(new URL('../bin/rkt-streams', import.meta.url));
const NS_PER_MS = 1e6;
const KIB_PER_MIB = 1_024;
const START_LIMIT_MS = 30_000;

interface Idle {
  readonly startMs: number;
  readonly cpuMsPerSecond: number;
  readonly residentMib: number;
}

export const agentIdle: Benchmark = {
  name: 'agent-idle',
  asks: 'What does an agent cost without a task?',
  async run({ quick }) {
    const rounds: Idle[] = [];
    for (let round = 0; round < (quick ? 1 : 3); round += 1)
      // The first seconds hold the garbage collections of the start.
      rounds.push(
        await measure(quick ? { warmUpMs: 1_000, idleMs: 1_000 } : { warmUpMs: 15_000, idleMs: 30_000 }),
      );
    return [
      {
        what: 'until /metrics answers',
        ...summary(rounds.map(({ startMs }) => startMs)),
        unit: 'ms',
        threshold: { atMost: 250 },
      },
      {
        what: 'CPU, commands of rkt included',
        ...summary(rounds.map(({ cpuMsPerSecond }) => cpuMsPerSecond)),
        unit: 'ms/s',
        threshold: { atMost: 2 },
      },
      {
        what: 'memory',
        ...summary(rounds.map(({ residentMib }) => residentMib)),
        unit: 'MiB resident',
        threshold: { atMost: 60 },
      },
    ];
  },
};

async function measure({ warmUpMs, idleMs }: { warmUpMs: number; idleMs: number }): Promise<Idle> {
  const directory = mkdtempSync(join(tmpdir(), 'rkt-streams-bench-'));
  const port = await freePort();
  const data = ['--data-dir', directory, '--rkt', 'embedded', '--rkt-dir', join(directory, 'rkt')];
  const began = performance.now();
  const agent = spawn(COMMAND, ['agent', ...data, '--listen', `127.0.0.1:${port}`], { stdio: 'ignore' });
  const ended = once(agent, 'exit');
  try {
    await untilScraped(port, began);
    const startMs = performance.now() - began;
    await delay(warmUpMs);
    const [firstMs, sinceMs] = [cpuMs(agent), performance.now()];
    await delay(idleMs);
    const cpuMsPerSecond = ((cpuMs(agent) - firstMs) / (performance.now() - sinceMs)) * 1_000;
    const status = readFileSync(`/proc/${agent.pid}/status`, 'utf8');
    const residentMib = Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]) / KIB_PER_MIB;
    return { startMs, cpuMsPerSecond, residentMib };
  } finally {
    agent.kill();
    await ended;
    rmSync(directory, { recursive: true });
  }
}

async function untilScraped(port: number, began: number): Promise<void> {
  for (;;) {
    const status = await fetch(`http://127.0.0.1:${port}/metrics`).then(
      async (answer) => {
        await answer.text();
        return answer.status;
      },
      () => undefined,
    );
    if (status === 200) return;
    if (performance.now() - began > START_LIMIT_MS) throw new Error('The agent does not answer');
    await delay(2);
  }
}

/** Of all threads, and of the children that have ended. */
function cpuMs({ pid }: ChildProcess): number {
  const ofThreads = readdirSync(`/proc/${pid}/task`).map((thread) =>
    Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]),
  );
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(')').at(-1)?.trim().split(' ') ?? [];
  const childTicks = Number(fields[13]) + Number(fields[14]);
  return ofThreads.reduce((sum, ns) => sum + ns, 0) / NS_PER_MS + childTicks * 10;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
