import {
  EMPTY,
  Subject,
  auditTime,
  concatMap,
  defer,
  filter,
  merge,
  of,
  switchMap,
  timer,
  type Observable,
} from 'rxjs';

import { watchDirectory } from '../files/directory-watch.ts';
import type { OpsContext } from './ops-context.ts';
import { recoverAll, type Attempts, type Recovery } from './recover-all.ts';

/** Several drivers write at once when they start; one look takes it all. */
const SETTLE_MS = 50;
/** When a start that could not be undone, or a task that could not be recovered, is tried again. */
const RETRY_MS = 5_000;

/**
 * Recovers all tasks of the data directory now, and again whenever another driver has started or destroyed one. What fails is
 * tried again after a while.
 *
 * Cold: each subscriber watches for itself. Completes at shutdown, and at once after it.
 */
export function followTasks(ctx: OpsContext): Observable<Recovery> {
  if (ctx.shutdown.aborted) return EMPTY;
  return defer(() => {
    const changed$ = watchDirectory(ctx.store.directory).pipe(
      filter((name) => !name.endsWith('.tmp')),
      auditTime(SETTLE_MS, ctx.scheduler),
    );
    const failed$ = new Subject<void>();
    const retry$ = failed$.pipe(switchMap(() => timer(RETRY_MS, ctx.scheduler)));
    const attempts = spacedAttempts(ctx, () => failed$.next());
    return merge(of(undefined), changed$, retry$).pipe(concatMap(() => recoverAll(ctx, attempts)));
  });
}

/** An undoing that fails changes the state file, twice: it must not be tried again because of that. */
function spacedAttempts({ scheduler }: OpsContext, onFailure: () => void): Attempts {
  const failedAtMs = new Map<string, number>();
  return {
    isDue: (startToken) => scheduler.now() - (failedAtMs.get(startToken) ?? -Infinity) >= RETRY_MS,
    failed(startToken) {
      failedAtMs.set(startToken, scheduler.now());
      onFailure();
    },
  };
}
