import type { Logger } from '../../src/model/logger.ts';
import { createTaskRegistry, type TaskRegistry } from '../../src/registry/task-registry.ts';
import type { FieldGroup } from '../../src/model/field-groups.ts';
import { GROUP, maskGroups } from '../../src/model/field-groups.ts';
import type { TaskRecord } from '../../src/registry/task-record.ts';
import type { Cgroups } from '../../src/sources/cgroup/cgroups.ts';
import { ROW_LENGTH } from '../../src/sources/cgroup/readers/cgroup-row.ts';
import type { StatsDeps } from '../../src/streams/stats/stats-deps.ts';
import { createStats, type Stats } from '../../src/streams/stats/create-stats.ts';
import type { Reading, OpenTask } from '../../src/streams/stats/task-reading.ts';
import type { TaskSource } from '../../src/streams/stats/task-source.ts';
import { COLUMNS, type ColumnName } from './columns.ts';
import { ManualClock } from './manual-clock.ts';
import { aNewTask } from './task-specs.ts';

/** Everything that a stream of metrics touches, in virtual time, with a sampler whose answers the test chooses. */
export interface StatsBench {
  readonly clock: ManualClock;
  readonly registry: TaskRegistry;
  readonly deps: StatsDeps;
  /** What the streams over these deps share. */
  readonly stats: Stats;
  /** Ids in the order they were sampled. */
  readonly sampled: string[];
  readonly degraded: string[];
  readonly warnings: string[];
  /** The groups that were read each time. */
  readonly groups: (readonly FieldGroup[])[];
  /** How many tasks are held open. */
  open: number;
  /** What the next readings report; by default 50 ms of CPU time more each time. */
  answer: (record: TaskRecord) => Reading | Promise<Reading>;
  /** Adds a task that runs and has a cgroup. */
  readonly run: (id: string) => void;
}

export function statsBench(): StatsBench {
  const clock = new ManualClock();
  const warnings: string[] = [];
  const nothing = (): void => undefined;
  const logger: Logger = {
    debug: nothing,
    info: nothing,
    warn: (_, text) => warnings.push(text),
    error: nothing,
  };
  const registry = createTaskRegistry({ scheduler: clock, logger });
  const deps: StatsDeps = {
    registry,
    cgroups: NO_CGROUPS,
    processes: { sample: () => Promise.resolve(new Map()) },
    scheduler: clock,
    logger,
    onDegraded: (taskId) => bench.degraded.push(taskId),
    cpu: { cores: 2 },
    sampling: { workClock: () => 0 },
    source: sourceOf(() => bench),
  };
  const bench: StatsBench = {
    clock,
    registry,
    sampled: [],
    groups: [],
    open: 0,
    degraded: [],
    warnings,
    answer: (record) => {
      const times = bench.sampled.filter((id) => id === record.id).length;
      return values(times * 50);
    },
    run: (id) => {
      registry.add(aNewTask(id, { cgroupPaths: [`/cgroup/${id}`] }));
      registry.transition(id, 'starting');
      registry.transition(id, 'running');
    },
    deps,
    stats: createStats(deps),
  };
  return bench;
}

/** The test's own source is asked, and never these. */
const NO_CGROUPS = {} as Cgroups;

function sourceOf(bench: () => StatsBench): TaskSource {
  return {
    stats: {
      fileReads: 0,
      staleReads: 0,
      descriptors: { open: 0, budget: 0, opened: 0, evicted: 0 },
    },
    open: () => {
      bench().open += 1;
      return { ...values(0), isClosed: false } satisfies OpenTask;
    },
    read: (_open, record, { groups }) => {
      bench().sampled.push(record.id);
      bench().groups.push(maskGroups(groups));
      return bench().answer(record);
    },
    close: () => {
      bench().open -= 1;
    },
  };
}

/** A reading of a task with a cgroup that has used so much CPU time. */
export function values(cpuMs: number): Reading {
  return readingOf({ totalNs: cpuMs * 1_000_000, usageBytes: 1 });
}

let looks = 0;

/** A reading that reports these metrics. */
export function readingOf(
  reported: Partial<Record<ColumnName, number>>,
  more: Partial<Reading> = {},
): Reading {
  const page = new Float64Array(ROW_LENGTH).fill(NaN);
  for (const [key, value] of Object.entries(reported)) page[COLUMNS[key as ColumnName]] = value;
  return {
    source: 'cgroup-v2',
    row: { page, base: 0 },
    fresh: GROUP.cpu | GROUP.memory,
    version: (looks += 1),
    processes: undefined,
    degradedBy: undefined,
    ...more,
  };
}

/** Collects what a stream does, in the order it does it. */
export function recorder<T>(): {
  readonly seen: T[];
  readonly ends: string[];
  readonly observer: { next(value: T): void; error(error: unknown): void; complete(): void };
} {
  const seen: T[] = [];
  const ends: string[] = [];
  const observer = {
    next: (value: T) => void seen.push(value),
    error: (error: unknown) => void ends.push(String(error)),
    complete: () => void ends.push('complete'),
  };
  return { seen, ends, observer };
}
