import {
  EMPTY,
  finalize,
  from,
  merge,
  mergeMap,
  retry,
  timer,
  type Observable,
  type Subscription,
} from 'rxjs';

import type { TaskRecord } from '../registry/task-record.ts';
import { watchDirectory } from '../sources/directory-watch.ts';
import type { OpsContext } from './context.ts';
import { settleIfPossible } from './settle-task.ts';
import { exitsDirectory } from './task-files.ts';

/** The safety net below the watch: a push that was missed is found this late. */
const SWEEP_MS = 5_000;
const AT_ONCE = 16;

/**
 * Settles each task when its exit file appears: one watch on the directory of all exit files, for tasks this process
 * started and for recovered ones alike. A sweep finds what the watch cannot tell (a shim that was killed).
 */
export function watchExits(ctx: OpsContext): Subscription {
  const { scheduler, logger, registry } = ctx;
  const pushed$ = watchDirectory(exitsDirectory(ctx.dataDir)).pipe(
    retry({
      delay: (error: unknown) => {
        logger.warn({ error }, 'Exits are found by the sweep alone until they can be watched');
        return timer(SWEEP_MS, scheduler);
      },
    }),
    mergeMap((token) => registry.list().filter(({ startToken }) => startToken === token)),
  );
  const underWay = new Set<string>();
  // A rkt that hangs must not gather a call more with every sweep.
  const swept$ = timer(SWEEP_MS, SWEEP_MS, scheduler).pipe(
    mergeMap(() => registry.list().filter(({ startToken }) => !underWay.has(startToken))),
  );
  const settle = (task: TaskRecord): Observable<void> => {
    if (task.phase !== 'running' && task.phase !== 'stopping') return EMPTY;
    underWay.add(task.startToken);
    return from(settleIfPossible(ctx, task)).pipe(finalize(() => underWay.delete(task.startToken)));
  };
  // A push never waits behind a sweep.
  return merge(pushed$.pipe(mergeMap(settle)), swept$.pipe(mergeMap(settle, AT_ONCE))).subscribe({
    error: (error: unknown) => logger.error({ error }, 'Watching for exits ended'),
  });
}
