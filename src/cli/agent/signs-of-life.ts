import { exhaustMap, filter, interval, map, scan, take, type Observable, type SchedulerLike } from 'rxjs';

import type { SamplingStats } from '../../model/sampling-stats.ts';

/** What a sign of life depends on. */
export type Progress = Pick<SamplingStats, 'tasks' | 'ticks'>;

/** The history samples every five seconds: a sampler that has done nothing for this long hangs. */
const STALLED_MS = 20_000;

/**
 * A sign of life every `periodMs`, with the number of tasks, as long as the event loop runs and the sampler makes progress. Without
 * running tasks the sampler has nothing to do.
 *
 * @param progress what the sampler has done, each time it is subscribed
 * @completes never
 */
export function signsOfLife(
  progress: () => Observable<Progress>,
  periodMs: number,
  scheduler: SchedulerLike,
): Observable<Progress> {
  return interval(periodMs, scheduler).pipe(
    // While there is no answer, there is no sign of life.
    exhaustMap(() => progress().pipe(take(1))),
    map((now) => ({ ...now, timeMs: scheduler.now() })),
    scan(
      (before: Seen | undefined, { tasks, ticks, timeMs }): Seen => {
        const isIdle = tasks === 0 || before?.tasks === 0;
        const hasProgressed = isIdle || ticks !== before?.ticks;
        return { tasks, ticks, timeMs, progressMs: hasProgressed ? timeMs : before.progressMs };
      },
      undefined as Seen | undefined,
    ),
    filter((seen): seen is Seen => seen !== undefined && seen.timeMs - seen.progressMs < STALLED_MS),
    map(({ tasks, ticks }) => ({ tasks, ticks })),
  );
}

interface Seen extends Progress {
  readonly timeMs: number;
  /** When the sampler made progress last. */
  readonly progressMs: number;
}
