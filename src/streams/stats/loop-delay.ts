import { monitorEventLoopDelay, type IntervalHistogram } from 'node:perf_hooks';

import type { SamplingStats } from '../../model/sampling-stats.ts';
import { NS_PER_MS } from '../../model/units.ts';

/** Measures the event loop delay until it is closed. */
export interface LoopDelay {
  /**
   * The delay since the previous call; empty if nothing was measured.
   *
   * @param resolutionMs the interval of the measurement from now on
   */
  readonly take: (resolutionMs: number) => Pick<SamplingStats, 'eventLoopDelay'>;
  readonly close: () => void;
}

export function createLoopDelay(resolutionMs: number): LoopDelay {
  let current = resolutionMs;
  let histogram = enabled(current);
  return {
    take(nextMs) {
      const delay = delayOf(histogram, current);
      if (nextMs === current) histogram.reset();
      else {
        histogram.disable();
        current = nextMs;
        histogram = enabled(current);
      }
      return delay;
    },
    close: () => void histogram.disable(),
  };
}

function enabled(resolution: number): IntervalHistogram {
  const histogram = monitorEventLoopDelay({ resolution });
  histogram.enable();
  return histogram;
}

/** The histogram holds whole periods of its own timer: what is above the resolution is delay. */
function delayOf(histogram: IntervalHistogram, resolutionMs: number): Pick<SamplingStats, 'eventLoopDelay'> {
  if (histogram.count === 0) return {};
  const delayMs = (ns: number): number => Math.max(0, ns / NS_PER_MS - resolutionMs);
  return {
    eventLoopDelay: Object.freeze({
      meanMs: delayMs(histogram.mean),
      p50Ms: delayMs(histogram.percentile(50)),
      p99Ms: delayMs(histogram.percentile(99)),
      maxMs: delayMs(histogram.max),
    }),
  };
}
