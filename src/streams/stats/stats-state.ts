import type { SamplingStats } from '../../model/sampling-stats.ts';
import type { TaskSpec } from '../../model/task-spec.ts';
import { readCpuFacts, type CpuFacts } from '../../sources/cpu-facts.ts';
import { createSharedStreams, type SharedStreams } from './shared-streams.ts';
import type { StatsDeps } from './stats-deps.ts';
import { createTaskSampler, type TaskSampler } from './task-sampler.ts';

/** What became of the samples of all streams so far. */
export interface StatsCounters {
  readonly samples: number;
  /** No source could be read. */
  readonly failedSamples: number;
  /** A counter had gone back. */
  readonly droppedSamples: number;
  /** Ticks that found the round before them still running. */
  readonly skippedTicks: number;
}

/** What the streams over the same deps have in common. */
export interface StatsState {
  readonly streams: SharedStreams;
  readonly sampler: TaskSampler;
  readonly cpu: CpuFacts;
  /** A spec stands for one start of a task: the record keeps it from beginning to end. */
  readonly degraded: WeakSet<TaskSpec>;
  readonly counters: { -readonly [K in keyof StatsCounters]: number };
}

const states = new WeakMap<StatsDeps, StatsState>();

export function statsState(deps: StatsDeps): StatsState {
  const present = states.get(deps);
  if (present !== undefined) return present;
  const state: StatsState = {
    streams: createSharedStreams(deps),
    sampler: deps.sampler ?? createTaskSampler(deps),
    cpu: deps.cpu ?? readCpuFacts(),
    degraded: new WeakSet(),
    counters: { samples: 0, failedSamples: 0, droppedSamples: 0, skippedTicks: 0 },
  };
  states.set(deps, state);
  return state;
}

/** The counters at this moment. */
export function statsCounters(deps: StatsDeps): StatsCounters {
  return Object.freeze({ ...statsState(deps).counters });
}

/** All that the sampling tells of itself at this moment, but for the delay of the event loop. */
export function samplingFigures(deps: StatsDeps): SamplingStats {
  const rkt = deps.rkt?.();
  return {
    timestampMs: deps.scheduler.now(),
    tasks: 0,
    ticks: 0,
    fileReads: 0,
    staleReads: 0,
    workMs: 0,
    longestSliceMs: 0,
    ...statsState(deps).counters,
    descriptors: { open: 0, budget: 0, opened: 0, evicted: 0 },
    ...(rkt === undefined ? {} : { rkt }),
  };
}
