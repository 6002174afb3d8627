import { defer, finalize, type Observable, type SchedulerLike } from 'rxjs';

import type { Logger } from '../../model/logger.ts';
import { shareLatest } from '../operators/share-latest.ts';
import { normalizeIntervalMs } from './interval.ts';

/** Streams that are made when the first subscriber asks for them, and shared by key. */
export interface SharedStreams {
  /** The interval to use for the one asked for; the first that is out of range is logged. */
  intervalMs(wanted: unknown): number;
  get<T>(key: string, make: () => Observable<T>): Observable<T>;
}

interface SharedStreamsDeps {
  readonly scheduler: SchedulerLike;
  readonly logger: Logger;
  /** The configured shortest interval. */
  readonly minIntervalMs?: () => number;
}

export function createSharedStreams({
  scheduler,
  logger,
  minIntervalMs = () => 0,
}: SharedStreamsDeps): SharedStreams {
  const streams = new Map<string, Observable<unknown>>();
  let hasWarned = false;
  return {
    intervalMs(wanted) {
      const usableMs = normalizeIntervalMs(wanted, (usedMs) => {
        if (hasWarned) return;
        hasWarned = true;
        logger.warn({ wanted: String(wanted), usedMs }, 'stats interval out of range');
      });
      return Math.max(usableMs, Math.round(minIntervalMs()));
    },
    get<T>(key: string, make: () => Observable<T>) {
      const present$ = streams.get(key);
      if (present$ !== undefined) return present$ as Observable<T>;
      const shared$ = defer(make).pipe(
        finalize(() => {
          if (streams.get(key) === shared$) streams.delete(key);
        }),
        shareLatest<T>({ scheduler }),
      );
      streams.set(key, shared$);
      return shared$;
    },
  };
}
