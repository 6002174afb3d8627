import type { SamplingStats } from '../../model/sampling-stats.ts';
import { descriptorBudget } from '../../sources/cgroup/descriptor-budget.ts';
import { createSamplingEngine, type SamplingEngine } from './sampling-engine.ts';
import { DEFAULT_SAMPLING } from './sampling-options.ts';
import { createSharedStreams, type SharedStreams } from './shared-streams.ts';
import type { StatsDeps } from './stats-deps.ts';
import { createTaskSource, type TaskSource } from './task-source.ts';

/** What the streams over the same deps have in common. */
export interface StatsState {
  readonly streams: SharedStreams;
  readonly engine: SamplingEngine;
}

const states = new WeakMap<StatsDeps, StatsState>();

export function statsState(deps: StatsDeps): StatsState {
  const present = states.get(deps);
  if (present !== undefined) return present;
  const source = deps.source ?? sourceOf(deps);
  const state = { streams: createSharedStreams(deps), engine: createSamplingEngine(deps, source) };
  states.set(deps, state);
  return state;
}

function sourceOf({ cgroups, processes, sampling = {} }: StatsDeps): TaskSource {
  const { gate = DEFAULT_SAMPLING.gate, maxStaleMs = DEFAULT_SAMPLING.maxStaleMs } = sampling;
  const reader = cgroups.reader({
    gate,
    maxStaleMs,
    descriptorBudget: sampling.descriptorBudget ?? descriptorBudget(),
  });
  return createTaskSource({ cgroups, processes, reader });
}

/** All that the sampling tells of itself at this moment, but for the delay of the event loop. */
export function samplingFigures(deps: StatsDeps): SamplingStats {
  const rkt = deps.rkt?.();
  return { ...statsState(deps).engine.figures(), ...(rkt === undefined ? {} : { rkt }) };
}
