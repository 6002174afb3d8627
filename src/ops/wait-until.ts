import { exhaustMap, filter, firstValueFrom, take, takeUntil, timer, type SchedulerLike } from 'rxjs';

export interface WaitOptions {
  readonly everyMs: number;
  readonly deadlineMs: number;
  readonly scheduler: SchedulerLike;
}

/** The first value of `probe` that is not undefined; undefined when the deadline passes before. Probes never overlap. */
export function waitUntil<T>(
  probe: () => Promise<T | undefined>,
  options: WaitOptions,
): Promise<T | undefined> {
  const { everyMs, deadlineMs, scheduler } = options;
  return firstValueFrom(
    timer(0, everyMs, scheduler).pipe(
      exhaustMap(probe),
      filter((value): value is Awaited<T & {}> => value !== undefined),
      take(1),
      takeUntil(timer(deadlineMs, scheduler)),
    ),
    { defaultValue: undefined },
  );
}
