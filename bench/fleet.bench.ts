import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import type { RecordedDocument } from '../src/drivers/recorded/recorded-document.ts';
import type { TaskStatus } from '../src/model/task-status.ts';
import { summary, type Benchmark, type Row } from './support/benchmark.ts';
import { BEGIN_MS, writeTicks } from './support/recorded-day.ts';

const TASKS = 100;
const MIB = 2 ** 20;
/** Processes that the agents share. */
const PROCESSES = 2;
/** How long a host may take to be shown as it is: connections are opened again after at most 15 s, and a stream after 30 s. */
const LONGEST_MS = 90_000;

/** What the fan-in has measured since it was asked last. */
interface Measured {
  readonly samples: number;
  readonly elapsedMs: number;
  readonly cpuUs: number;
  readonly rss: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

interface State {
  readonly live: number;
  readonly tasks: number;
  readonly hosts: number;
}

interface Course {
  readonly agents: number;
  readonly rounds: number;
  readonly everyMs: number;
  /** Hosts that are lost, and for how long. */
  readonly lost: number;
  readonly lostMs: number;
}

export const fleet: Benchmark = {
  name: 'fleet',
  asks: 'What does it cost to merge 100 agents with 100 tasks each, every second, and how is a loss of 10 hosts shown?',
  async run({ quick }) {
    const course: Course = quick
      ? { agents: 20, rounds: 2, everyMs: 5_000, lost: 2, lostMs: 5_000 }
      : { agents: 100, rounds: 9, everyMs: 10_000, lost: 10, lostMs: 60_000 };
    const directory = await mkdtemp(join(tmpdir(), 'rkt-streams-bench-fleet-'));
    const children: ChildProcess[] = [];
    try {
      const file = join(directory, 'agents.rec');
      await writeTicks(file, { count: 120, tasks: TASKS, intervalMs: 1_000, documents: statuses() });
      return await measured(course, file, (name) => {
        const child = fork(fileURLToPath(new URL(`support/${name}`, import.meta.url)), [], {
          stdio: 'inherit',
          execArgv: [],
        });
        children.push(child);
        return child;
      });
    } finally {
      await Promise.all(children.map(ended));
      await rm(directory, { recursive: true });
    }
  },
};

async function measured(
  course: Course,
  file: string,
  start: (name: string) => ChildProcess,
): Promise<readonly Row[]> {
  const agents = Array.from({ length: PROCESSES }, () => start('fleet-agents.js'));
  const order = { file, agents: course.agents / PROCESSES };
  const urls = (await Promise.all(agents.map((child) => asked(child, order)))).flat() as readonly string[];
  const fanIn = start('fleet-fan-in.js');
  await asked(fanIn, urls);
  const all = { live: course.agents, tasks: course.agents * TASKS, hosts: course.agents };
  await until(fanIn, all);
  await asked(fanIn, 'measure');
  const rounds: Measured[] = [];
  for (let round = 0; round < course.rounds; round += 1) {
    await delay(course.everyMs);
    rounds.push((await asked(fanIn, 'measure')) as Measured);
  }
  const [first] = agents as [ChildProcess];
  await asked(first, { what: 'close', count: course.lost });
  // Their latest tasks stay.
  const shownMs = await until(fanIn, {
    ...all,
    live: course.agents - course.lost,
    hosts: course.agents - course.lost,
  });
  await delay(course.lostMs);
  const during = (await asked(fanIn, 'measure')) as Measured;
  await asked(first, { what: 'open', count: course.lost });
  const healedMs = await until(fanIn, all);
  return rows(rounds, during, { shownMs, healedMs, lost: course.lost });
}

function rows(
  rounds: readonly Measured[],
  during: Measured,
  { shownMs, healedMs, lost }: { readonly shownMs: number; readonly healedMs: number; readonly lost: number },
): readonly Row[] {
  const of = (value: (round: Measured) => number): Pick<Row, 'median' | 'range'> =>
    summary(rounds.map(value));
  return [
    {
      what: 'CPU of the fan-in',
      ...of(({ cpuUs, samples }) => cpuUs / samples),
      unit: 'µs a task and second',
      threshold: { atMost: 8 },
    },
    {
      what: 'CPU of it',
      ...of(({ cpuUs, elapsedMs }) => (cpuUs / 1_000 / elapsedMs) * 100),
      unit: '% of a core',
    },
    { what: 'samples', ...of(({ samples, elapsedMs }) => (samples / elapsedMs) * 1_000), unit: 'a second' },
    {
      what: 'event loop delay, 99th percentile',
      ...of(({ p99Ms }) => p99Ms),
      unit: 'ms',
      threshold: { atMost: 20 },
    },
    { what: 'longest delay', ...of(({ maxMs }) => maxMs), unit: 'ms' },
    { what: 'resident memory', ...of(({ rss }) => rss / MIB), unit: 'MiB' },
    { what: `${lost} lost hosts are shown as stale after`, median: shownMs / 1_000, unit: 's' },
    { what: 'CPU while they are lost', median: during.cpuUs / during.samples, unit: 'µs a task and second' },
    { what: 'they are live with samples again after', median: healedMs / 1_000, unit: 's' },
  ];
}

function statuses(): readonly RecordedDocument[] {
  return Array.from({ length: TASKS }, (_, index): RecordedDocument => {
    const id = `app-${index}`;
    const unknown = undefined;
    const value: TaskStatus = {
      ...{
        id,
        name: id,
        jobName: `job-${index % 10}`,
        image: 'example.com/app:1.0',
        phase: 'running',
        state: 'running',
      },
      ...{
        allocId: unknown,
        taskGroupName: unknown,
        podId: `pod-${index}`,
        pid: 1_000 + index,
        startedAtMs: BEGIN_MS,
      },
      ...{
        completedAtMs: unknown,
        exitResult: unknown,
        network: unknown,
        cgroupPaths: [`/sys/fs/cgroup/app/${id}`],
      },
      ...{ memoryLimitBytes: 512 * MIB, cpusetCpus: unknown, stdoutPath: unknown, stderrPath: unknown },
      driverAttributes: {},
    };
    return { kind: 'task', timeMs: BEGIN_MS, value };
  });
}

/** How long it took until the fan-in saw what it is to see. @throws Error when it never did */
async function until(fanIn: ChildProcess, wanted: State): Promise<number> {
  const beganMs = performance.now();
  for (;;) {
    const state = (await asked(fanIn, 'state')) as State;
    const elapsedMs = performance.now() - beganMs;
    if (JSON.stringify(state) === JSON.stringify(wanted)) return elapsedMs;
    if (elapsedMs > LONGEST_MS)
      throw new Error(
        `The fleet is ${JSON.stringify(state)} after ${LONGEST_MS} ms, not ${JSON.stringify(wanted)}`,
      );
    await delay(100);
  }
}

/** @throws Error when the process ends without an answer */
async function asked(child: ChildProcess, message: object | string): Promise<unknown> {
  const controller = new AbortController();
  const { signal } = controller;
  const gone = once(child, 'exit', { signal }).then(() => undefined);
  const answered = once(child, 'message', { signal });
  child.send(message);
  const answer = await Promise.race([answered, gone]);
  controller.abort();
  if (answer === undefined) throw new Error('A process of the benchmark has ended without an answer');
  return answer[0];
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.send('end');
  await exit;
}
