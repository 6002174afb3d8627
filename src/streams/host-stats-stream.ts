import { defer, map, type Observable, type SchedulerLike } from 'rxjs';

import type { HostStats } from '../model/host-stats.ts';
import type { Logger } from '../model/logger.ts';
import type { Host } from '../sources/host-metrics.ts';
import { poll } from './operators/poll.ts';
import type { SharedStreams } from './stats/shared-streams.ts';

export interface HostStatsDeps {
  /** Shares the streams of one interval. */
  readonly streams: SharedStreams;
  readonly host: Host;
  readonly scheduler: SchedulerLike;
  readonly logger: Logger;
}

export interface HostStatsOptions {
  /** 10 000 by default, at least 100. */
  readonly intervalMs?: number;
}

export const DEFAULT_HOST_STATS_INTERVAL_MS = 10_000;

/**
 * Metrics of the whole machine, every `intervalMs`.
 *
 * The first comes at once, without a CPU percent. Disks are read at most once a minute. A tick that finds the last reading
 * in progress is skipped; a reading that fails is left out and logged once.
 *
 * Source: systeminformation and node:os. Hot, shared by all who ask for the same interval; the last value is replayed;
 * reading stops 1 s after the last subscriber left.
 *
 * @completes never; the driver's own at shutdown
 */
export function hostStats(deps: HostStatsDeps, options: HostStatsOptions = {}): Observable<HostStats> {
  return defer(() => {
    const { streams } = deps;
    const intervalMs = streams.intervalMs(options.intervalMs ?? DEFAULT_HOST_STATS_INTERVAL_MS);
    return streams.get(String(intervalMs), () => readHost(deps, intervalMs));
  });
}

function readHost({ host, scheduler, logger }: HostStatsDeps, intervalMs: number): Observable<HostStats> {
  let hasLogged = false;
  const onError = (error: unknown): void => {
    if (!hasLogged) logger.warn({ err: error }, 'metrics of the machine could not be read');
    hasLogged = true;
  };
  return poll(() => host.sample(), { intervalMs, scheduler, onError }).pipe(
    map((measured) => Object.freeze({ timestampMs: scheduler.now(), ...measured })),
  );
}
