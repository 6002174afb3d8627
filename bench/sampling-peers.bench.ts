import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { cpuPerTask, runAgent } from './support/agent.ts';
import { summary, type Benchmark, type Row, type Threshold } from './support/benchmark.ts';
import { ratio, sixFiles } from './support/contenders.ts';
import { SIX_FILE_GROUPS } from './support/engine.ts';
import { findPeers, type Peer, type Peers } from './support/sampler-peers.ts';
import { withWorkload, type Workload } from './support/workload.ts';

const US_PER_TICK = 10_000;
const UNIT = 'µs CPU a task and s';
const SOURCE = fileURLToPath(new URL('support/six-files.c', import.meta.url));
const THRESHOLDS: Readonly<Record<string, Threshold>> = {
  cadvisor: { atMost: 0.15 },
  netdata: { atMost: 0.3 },
};

interface Order {
  readonly rounds: number;
  readonly warmUpMs: number;
  readonly measureMs: number;
}

export const samplingPeers: Benchmark = {
  name: 'sampling-peers',
  asks: 'What does a process cost that samples 1,000 tasks every second, against other samplers and C?',
  async run({ quick }) {
    const order = quick
      ? { rounds: 1, warmUpMs: 8_000, measureMs: 5_000 }
      : { rounds: 3, warmUpMs: 15_000, measureMs: 20_000 };
    const peers = await findPeers();
    try {
      return await withWorkload(quick ? 100 : 1_000, (workload) => compare(workload, peers, order), {
        everyNthIsBusy: 10,
      });
    } finally {
      await peers.close();
    }
  },
};

/** A way to sample the workload, and its CPU time in µs a task and second, one a round. */
interface Contender {
  readonly what: string;
  measure(): Promise<number>;
  readonly cpuUs: number[];
}

async function compare(workload: Workload, { found, missing }: Peers, order: Order): Promise<readonly Row[]> {
  const directory = await mkdtemp(join(tmpdir(), 'rkt-streams-bench-c-'));
  const ours = (what: string, more: object): Contender => ({
    what,
    measure: async () => cpuPerTask(await runAgent(workload, { ...order, ...more }), workload.count),
    cpuUs: [],
  });
  const all = ours('all default groups', {});
  const six = ours('six files, gate off', { groups: SIX_FILE_GROUPS, sampling: { gate: false } });
  const others = found.map((peer) => ({
    peer,
    what: `${peer.name} ${peer.version}`,
    measure: () => cpuOfPeer(peer, workload, order),
    cpuUs: [] as number[],
  }));
  try {
    const program = await compile(directory);
    const c = {
      what: 'C, pread and parse of six files',
      measure: () => cpuOfC(program ?? '', workload, order),
      cpuUs: [] as number[],
    };
    const contenders: readonly Contender[] = [all, ...others, six, ...(program === undefined ? [] : [c])];
    for (let round = 0; round < order.rounds; round += 1)
      for (const contender of contenders) contender.cpuUs.push(await contender.measure());
    return [
      ...others.flatMap(({ what, peer, cpuUs }) => against(all, what, cpuUs, THRESHOLDS[peer.name])),
      ...missing.map(({ name, reason }) => absent(name, reason)),
      ...(program === undefined
        ? [absent(c.what, 'there is no cc')]
        : [...against(all, c.what, c.cpuUs, { atMost: 1.2 }), against(six, c.what, c.cpuUs)[1]]),
    ];
  } finally {
    await rm(directory, { recursive: true });
  }
}

/** The row of a peer, and the one of this sampling against it. */
function against(
  ours: Contender,
  peer: string,
  cpuUs: readonly number[],
  threshold?: Threshold,
): readonly [Row, Row] {
  const compared = { ratio: ratio(ours.cpuUs, cpuUs), ratioTo: peer };
  return [
    { what: peer, ...summary(cpuUs), unit: UNIT },
    { what: ours.what, ...summary(ours.cpuUs), unit: UNIT, ...compared, ...(threshold && { threshold }) },
  ];
}

function absent(name: string, reason: string): Row {
  return { what: `${name}: not measured, ${reason}`, median: NaN, unit: '' };
}

async function cpuOfPeer(peer: Peer, workload: Workload, { warmUpMs, measureMs }: Order): Promise<number> {
  const directory = await mkdtemp(join(tmpdir(), 'rkt-streams-bench-peer-'));
  const [program = '', ...args] = await peer.command(workload, directory);
  const child = spawn(program, args, { env: peer.env, stdio: ['ignore', 'ignore', 'ignore'] });
  const ended = once(child, 'exit');
  try {
    await delay(warmUpMs);
    const before = peerTimes(child.pid ?? 0);
    const beganMs = performance.now();
    await delay(measureMs);
    const seconds = (performance.now() - beganMs) / 1_000;
    const after = peerTimes(child.pid ?? 0);
    if (after.reads - before.reads < workload.count * Math.floor(seconds / 2))
      throw new Error(`${peer.name} reads too few files to have sampled ${workload.count} tasks`);
    return (after.cpuUs - before.cpuUs) / seconds / workload.count;
  } finally {
    child.kill('SIGTERM');
    await ended;
    await rm(directory, { recursive: true, force: true });
  }
}

/** The CPU time of a process with all of its threads, in steps of 10 ms, and its read calls. */
function peerTimes(pid: number): { readonly cpuUs: number; readonly reads: number } {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(')').at(-1)?.trim().split(' ') ?? [];
  const reads = /^syscr: (\d+)$/m.exec(readFileSync(`/proc/${pid}/io`, 'utf8'))?.[1];
  return { cpuUs: (Number(fields[11]) + Number(fields[12])) * US_PER_TICK, reads: Number(reads) };
}

/** Undefined where there is no compiler. */
async function compile(directory: string): Promise<string | undefined> {
  const program = join(directory, 'six-files');
  try {
    await promisify(execFile)('cc', ['-O2', '-o', program, SOURCE]);
    return program;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

async function cpuOfC(program: string, workload: Workload, { measureMs }: Order): Promise<number> {
  const seconds = Math.round(measureMs / 1_000);
  const child = spawn(program, ['3', String(seconds)], { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.end(sixFiles(workload).join('\n'));
  return Number(await text(child.stdout)) / seconds / workload.count;
}
