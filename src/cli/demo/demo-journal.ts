import type { ExitResult } from '../../model/exit-result.ts';
import { memoryOf } from '../../model/headline.ts';
import type { HostStats } from '../../model/host-stats.ts';
import type { TaskEvent, TaskEventKind } from '../../model/task-event.ts';
import type { TaskResourceUsage, TaskStatsSample } from '../../model/task-stats.ts';

/** The observations of one pod. */
export interface PodJournal {
  readonly starts: number;
  readonly exits: readonly ExitResult[];
  readonly kinds: ReadonlySet<TaskEventKind>;
  readonly failure: string | undefined;
  /** Of the last minute at most, without the first sample, which has nothing to compare with. */
  readonly cpuPercents: readonly number[];
  readonly memoryBytes: readonly number[];
  readonly outputLines: readonly string[];
  /** What it answered on its port of the host. */
  readonly answer: string | undefined;
  readonly latest: TaskResourceUsage | undefined;
}

/** Records the values of the streams for the summary. Bounded, however long the demo runs. */
export interface Journal {
  addEvent(event: TaskEvent, exit: ExitResult | undefined): void;
  addSamples(samples: readonly TaskStatsSample[]): void;
  addHost(host: HostStats): void;
  addOutput(id: string, lines: readonly string[]): void;
  addAnswer(id: string, answer: string): void;
  skip(id: string, reason: string): void;
  skipped(id: string): string | undefined;
  pod(id: string): PodJournal;
  kinds(): Readonly<Partial<Record<TaskEventKind, number>>>;
  /** Of all pods that were prepared. */
  podIds(): readonly string[];
  /** The latest metrics of the machine. */
  host(): HostStats | undefined;
  /** Whether the machine had no idle core. */
  wasBusy(): boolean;
}

interface Entry {
  starts: number;
  exits: ExitResult[];
  kinds: Set<TaskEventKind>;
  failure: string | undefined;
  cpuPercents: number[];
  memoryBytes: number[];
  outputLines: string[];
  answer: string | undefined;
  latest: TaskResourceUsage | undefined;
}

const KEPT = 60;
const BUSY_PERCENT = 90;

export function createJournal(): Journal {
  const entries = new Map<string, Entry>();
  const kinds: Partial<Record<TaskEventKind, number>> = {};
  const skips = new Map<string, string>();
  const hostPercents: number[] = [];
  const podIds = new Set<string>();
  let latestHost: HostStats | undefined;
  const entry = (id: string): Entry => {
    const found = entries.get(id) ?? newEntry();
    entries.set(id, found);
    return found;
  };
  return {
    addEvent(event, exit) {
      const { kind, taskId, message } = event;
      if (event.kind === 'prepared') podIds.add(event.annotations.pod);
      kinds[kind] = (kinds[kind] ?? 0) + 1;
      const pod = entry(taskId);
      pod.kinds.add(kind);
      if (kind === 'started') pod.starts += 1;
      if (kind === 'failed') pod.failure = message;
      if (kind === 'exited' && exit !== undefined) keep(pod.exits, exit);
      if (kind === 'exited') pod.latest = undefined;
    },
    addSamples: (samples) => samples.forEach(({ taskId, usage }) => addUsage(entry(taskId), usage)),
    addHost: (host) => {
      latestHost = host;
      if (host.cpu.percent !== undefined) keep(hostPercents, host.cpu.percent);
    },
    addOutput: (id, lines) => lines.forEach((line) => keep(entry(id).outputLines, line)),
    addAnswer: (id, answer) => {
      entry(id).answer = answer;
    },
    skip: (id, reason) => skips.set(id, reason),
    skipped: (id) => skips.get(id),
    pod: entry,
    kinds: () => ({ ...kinds }),
    podIds: () => [...podIds],
    host: () => latestHost,
    wasBusy: () => hostPercents.some((percent) => percent >= BUSY_PERCENT),
  };
}

function addUsage(pod: Entry, usage: TaskResourceUsage): void {
  const { percent } = usage.cpu;
  if (pod.latest !== undefined && percent !== undefined) keep(pod.cpuPercents, percent);
  const memoryBytes = memoryOf(usage);
  if (memoryBytes !== undefined) keep(pod.memoryBytes, memoryBytes);
  pod.latest = usage;
}

function keep<T>(list: T[], value: T): void {
  list.push(value);
  if (list.length > KEPT) list.shift();
}

function newEntry(): Entry {
  return {
    starts: 0,
    exits: [],
    kinds: new Set(),
    failure: undefined,
    cpuPercents: [],
    memoryBytes: [],
    outputLines: [],
    answer: undefined,
    latest: undefined,
  };
}
