import {
  EMPTY,
  catchError,
  defer,
  exhaustMap,
  expand,
  filter,
  firstValueFrom,
  merge,
  of,
  share,
  switchMap,
  take,
  takeUntil,
  tap,
  timer,
  type Observable,
} from 'rxjs';

import type { WaitOptions } from './wait-until.ts';

export interface PushOptions extends WaitOptions {
  /** Each value says that it may be worth a probe; an error, that there will be no more of them. */
  readonly pushes: Observable<unknown>;
  /** The interval until the first push; `everyMs` applies from then on. */
  readonly quietMs: number;
}

/**
 * The first value of `probe` that is not undefined; undefined when the deadline passes before. It is asked at once, at every push,
 * and at the intervals, which find what was not pushed. Probes never overlap; a push during one leads to another.
 */
export function waitForPush<T>(
  probe: () => Promise<T | undefined>,
  { pushes, quietMs, everyMs, deadlineMs, scheduler }: PushOptions,
): Promise<T | undefined> {
  let isStale = false;
  const pushed$ = pushes.pipe(
    catchError(() => of(undefined)),
    tap(() => (isStale = true)),
    share(),
  );
  const probed$ = defer(() => {
    isStale = false;
    return probe();
  });
  const soon$ = pushed$.pipe(
    take(1),
    switchMap(() => timer(everyMs, everyMs, scheduler)),
  );
  return firstValueFrom(
    merge(pushed$, timer(0, quietMs, scheduler).pipe(takeUntil(pushed$)), soon$).pipe(
      exhaustMap(() => probed$.pipe(expand((value) => (value === undefined && isStale ? probed$ : EMPTY)))),
      filter((value): value is Awaited<T & {}> => value !== undefined),
      take(1),
      takeUntil(timer(deadlineMs, scheduler)),
    ),
    { defaultValue: undefined },
  );
}
