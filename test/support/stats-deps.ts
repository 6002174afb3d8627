import type { Logger } from '../../src/model/logger.ts';
import { createTaskRegistry, type TaskRegistry } from '../../src/registry/task-registry.ts';
import { detectCgroups } from '../../src/sources/cgroup/cgroups.ts';
import type { StatsDeps } from '../../src/streams/stats/stats-deps.ts';
import type { RawFigures, TaskSampler } from '../../src/streams/stats/task-sampler.ts';
import { ManualClock } from './manual-clock.ts';
import { aNewTask } from './task-specs.ts';

/** Everything that a stream of figures touches, in virtual time, with a sampler whose answers the test chooses. */
export interface StatsBench {
  readonly clock: ManualClock;
  readonly registry: TaskRegistry;
  readonly deps: StatsDeps;
  /** Ids in the order they were sampled. */
  readonly sampled: string[];
  readonly degraded: string[];
  readonly warnings: string[];
  /** What the next samples are; by default 50 ms of CPU time more each time. */
  answer: TaskSampler['sample'];
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
  const bench: StatsBench = {
    clock,
    registry,
    sampled: [],
    degraded: [],
    warnings,
    answer: (record) => {
      const times = bench.sampled.filter((id) => id === record.id).length;
      return Promise.resolve(figures(times * 50));
    },
    run: (id) => {
      registry.add(aNewTask(id, { cgroupPaths: [`/cgroup/${id}`] }));
      registry.transition(id, 'starting');
      registry.transition(id, 'running');
    },
    deps: {
      registry,
      cgroups: detectCgroups({ root: '/nowhere' }),
      processes: { sample: () => Promise.resolve(new Map()) },
      scheduler: clock,
      logger,
      onDegraded: (taskId) => bench.degraded.push(taskId),
      cpu: { cores: 2 },
      sampler: {
        sample: (record, options) => {
          bench.sampled.push(record.id);
          return bench.answer(record, options);
        },
      },
    },
  };
  return bench;
}

export function figures(cpuMs: number): RawFigures {
  return { source: 'cgroup-v2', cpu: { totalNs: cpuMs * 1_000_000 }, memory: { usageBytes: 1 } };
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
