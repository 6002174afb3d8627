import { defer, finalize, map, timer, type Observable } from 'rxjs';

import type { SamplingStats } from '../model/sampling-stats.ts';
import type { Stats } from './stats/create-stats.ts';
import { createLoopDelay } from './stats/loop-delay.ts';

export interface SamplingStatsOptions {
  /** 1000 by default, at least 100. */
  readonly intervalMs?: number;
}

/** Coarser than the delays that matter would hide them, finer costs: 1 ms takes 4 % of a core. */
const BUSY_RESOLUTION_MS = 10;
/** Without a task that is sampled, the measurement would be most of what the process does. */
const IDLE_RESOLUTION_MS = 100;
/** A histogram of fewer periods would say little. */
const IDLE_PERIODS = 10;

/**
 * Statistics of the sampling of all tasks: immediately, then every `intervalMs`.
 *
 * The event loop delay is measured only while subscribed, and first reported by the second value: every 10 ms, and every
 * 100 ms while no task has a subscriber.
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
    const delay = createLoopDelay(BUSY_RESOLUTION_MS);
    const idleMs = Math.max(BUSY_RESOLUTION_MS, Math.min(IDLE_RESOLUTION_MS, intervalMs / IDLE_PERIODS));
    return timer(0, intervalMs, stats.scheduler).pipe(
      map(() => {
        const sampling = stats.sampling();
        const resolutionMs = sampling.tasks === 0 ? idleMs : BUSY_RESOLUTION_MS;
        return Object.freeze({ ...sampling, ...delay.take(resolutionMs) });
      }),
      finalize(delay.close),
    );
  });
}
