import type { SchedulerLike } from 'rxjs';

import type { SamplingStats } from '../../model/sampling-stats.ts';
import type { TaskRegistry } from '../../registry/task-registry.ts';
import { descriptorBudget } from '../../sources/cgroup/readers/descriptor-budget.ts';
import { createDiskUsage } from '../../sources/disk-usage.ts';
import { createSamplingEngine, type SamplingEngine } from './sampling-engine.ts';
import { DEFAULT_SAMPLING } from './sampling-options.ts';
import { createSharedStreams, type SharedStreams } from './shared-streams.ts';
import type { StatsDeps } from './stats-deps.ts';
import { createTaskSource, type TaskSource } from './task-source.ts';

/** The shared state of the streams of task stats: a driver creates it once. */
export interface Stats {
  readonly registry: Pick<TaskRegistry, 'get'>;
  readonly scheduler: SchedulerLike;
  readonly streams: SharedStreams;
  readonly engine: SamplingEngine;
  /** The current statistics of the sampling, without the event loop delay. */
  sampling(): SamplingStats;
}

export function createStats(deps: StatsDeps): Stats {
  const { registry, scheduler } = deps;
  const engine = createSamplingEngine(deps, deps.source ?? sourceOf(deps));
  return {
    registry,
    scheduler,
    streams: createSharedStreams(deps),
    engine,
    sampling() {
      const rkt = deps.rkt?.();
      return { ...engine.stats(), ...(rkt === undefined ? {} : { rkt }) };
    },
  };
}

function sourceOf({ cgroups, processes, podDirectory, sampling = {} }: StatsDeps): TaskSource {
  const { gate = DEFAULT_SAMPLING.gate, maxStaleMs = DEFAULT_SAMPLING.maxStaleMs } = sampling;
  const reader = cgroups.reader({
    gate,
    maxStaleMs,
    descriptorBudget: sampling.descriptorBudget ?? descriptorBudget(),
  });
  if (podDirectory === undefined) return createTaskSource({ cgroups, processes, reader });
  const disk = { usage: createDiskUsage(), directoryOf: podDirectory };
  return createTaskSource({ cgroups, processes, reader, disk });
}
