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

/** Several changes at once are handled by one recovery. */
const QUIET_MS = 50;
/** The delay before a failed rollback or recovery is retried. */
const RETRY_MS = 5_000;

/**
 * Recovers all tasks of the data directory, and again whenever another driver has started or destroyed one. Failures
 * are retried after a delay.
 *
 * Cold: each subscriber has a separate watch. Completes at shutdown, or immediately after it.
 */
export function followTasks(ctx: OpsContext): Observable<Recovery> {
  if (ctx.shutdown.aborted) return EMPTY;
  return defer(() => {
    const changed$ = watchDirectory(ctx.store.directory).pipe(
      filter((name) => !name.endsWith('.tmp')),
      auditTime(QUIET_MS, ctx.scheduler),
    );
    const failed$ = new Subject<void>();
    const retry$ = failed$.pipe(switchMap(() => timer(RETRY_MS, ctx.scheduler)));
    const attempts = spacedAttempts(ctx, () => failed$.next());
    return merge(of(undefined), changed$, retry$).pipe(concatMap(() => recoverAll(ctx, attempts)));
  });
}

/** A failed rollback changes the state file twice, which must not trigger a retry. */
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
