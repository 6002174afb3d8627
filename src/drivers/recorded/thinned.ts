import { defer, filter, type MonoTypeOperatorFunction, type Observable } from 'rxjs';

/** Ticks come a little before or after the grid of their interval. */
const MAX_JITTER_MS = 100;

/** Leaves out values that come sooner than an interval after the last one; a time that goes back begins anew. */
export function thinned<T>(intervalMs: number, timeOf: (value: T) => number): MonoTypeOperatorFunction<T> {
  const jitterMs = Math.min(MAX_JITTER_MS, intervalMs / 10);
  return (source$: Observable<T>) =>
    defer(() => {
      let lastMs = Infinity;
      let dueMs = -Infinity;
      return source$.pipe(
        filter((value) => {
          const timeMs = timeOf(value);
          if (timeMs >= lastMs && timeMs < dueMs - jitterMs) return false;
          // The grid goes on, unless values were missing.
          dueMs = Math.abs(timeMs - dueMs) <= jitterMs ? dueMs + intervalMs : timeMs + intervalMs;
          lastMs = timeMs;
          return true;
        }),
      );
    });
}
