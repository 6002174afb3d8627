import { monitorEventLoopDelay, type IntervalHistogram } from 'node:perf_hooks';

import { defer, finalize, map, timer, type Observable } from 'rxjs';

import type { SamplingStats } from '../model/sampling-stats.ts';
import { NS_PER_MS } from '../model/units.ts';
import type { Stats } from './stats/create-stats.ts';

export interface SamplingStatsOptions {
  /** 1000 by default, at least 100. */
  readonly intervalMs?: number;
}

/** Coarser than the delays that matter would hide them, finer costs: 1 ms takes 4 % of a core. */
const LOOP_RESOLUTION_MS = 10;

/**
 * Statistics of the sampling of all tasks: immediately, then every `intervalMs`.
 *
 * The event loop delay is measured only while subscribed, and first reported by the second value.
 *
 * Hot, shared by subscribers with the same interval; the last value is replayed; stops 1 s after the last subscriber
 * unsubscribed.
 *
 * @completes never; the driver's own at shutdown
 */
export function samplingStats(stats: Stats, options: SamplingStatsOptions = {}): Observable<SamplingStats> {
  return defer(() => {
    const { streams } = stats;
    const intervalMs = streams.intervalMs(options.intervalMs);
    return streams.get(JSON.stringify(['sampling', intervalMs]), () => measure(stats, intervalMs));
  });
}

function measure(stats: Stats, intervalMs: number): Observable<SamplingStats> {
  return defer(() => {
    const histogram = monitorEventLoopDelay({ resolution: LOOP_RESOLUTION_MS });
    histogram.enable();
    return timer(0, intervalMs, stats.scheduler).pipe(
      map(() => {
        const delay = loopDelay(histogram);
        histogram.reset();
        return Object.freeze({ ...stats.sampling(), ...delay });
      }),
      finalize(() => histogram.disable()),
    );
  });
}

/** The histogram holds whole periods of its own timer: what is above the resolution is delay. */
function loopDelay(histogram: IntervalHistogram): Pick<SamplingStats, 'eventLoopDelay'> {
  if (histogram.count === 0) return {};
  const delayMs = (ns: number): number => Math.max(0, ns / NS_PER_MS - LOOP_RESOLUTION_MS);
  return {
    eventLoopDelay: Object.freeze({
      meanMs: delayMs(histogram.mean),
      p50Ms: delayMs(histogram.percentile(50)),
      p99Ms: delayMs(histogram.percentile(99)),
      maxMs: delayMs(histogram.max),
    }),
  };
}
