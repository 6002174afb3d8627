import type { SamplingStats } from '../../model/sampling-stats.ts';

type Counter =
  'ticks' | 'skippedTicks' | 'samples' | 'failedSamples' | 'droppedSamples' | 'workMs' | 'longestSliceMs';

/** The counters of the sampling. */
export type StatsCounters = { -readonly [K in Counter]: SamplingStats[K] } & {
  lastTick?: NonNullable<SamplingStats['lastTick']>;
};

export function createCounters(): StatsCounters {
  return {
    ticks: 0,
    skippedTicks: 0,
    samples: 0,
    failedSamples: 0,
    droppedSamples: 0,
    workMs: 0,
    longestSliceMs: 0,
  };
}
