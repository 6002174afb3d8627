import { setImmediate as nextTurn } from 'node:timers/promises';

import {
  EMPTY,
  filter,
  finalize,
  from,
  map,
  merge,
  mergeMap,
  retry,
  timer,
  type Observable,
  type Subscription,
} from 'rxjs';

import { isRktError } from '../model/errors.ts';
import type { TaskRecord } from '../registry/task-record.ts';
import { watchDirectory } from '../sources/directory-watch.ts';
import type { OpsContext } from './context.ts';
import { ifPossible, noteEnd, settleIfPossible, tidyUp } from './settle-task.ts';
import { exitsDirectory } from './task-files.ts';

/** The safety net below the watch: a push that was missed is found this late. */
const SWEEP_MS = 5_000;
/** Hundreds of tasks that end at once must not block the event loop: no more than this many are worked on together. */
const AT_ONCE = 16;
/** Those who wait have been told by then. */
const TIDIED_AT_ONCE = 4;

/**
 * Settles each task when its exit file appears: one watch on the directory of all exit files, for tasks this process
 * started and for recovered ones alike. A sweep finds what the watch cannot tell (a shim that was killed).
 */
export function watchExits(ctx: OpsContext): Subscription {
  const { scheduler, logger, registry } = ctx;
  const pushed$ = watchDirectory(exitsDirectory(ctx.dataDir)).pipe(
    retry({
      delay: (error: unknown) => {
        // Every op that needs the directory reports that it is out of reach.
        const level = isRktError(error, 'RKT_ERR_PERMISSION') ? 'debug' : 'warn';
        logger[level]({ error }, 'Exits are found by the sweep alone until they can be watched');
        return timer(SWEEP_MS, scheduler);
      },
    }),
    map((token) => registry.ofStart(token)),
    filter((task) => task !== undefined),
  );
  const underWay = new Set<string>();
  // A rkt that hangs must not gather a call more with every sweep.
  const swept$ = timer(SWEEP_MS, SWEEP_MS, scheduler).pipe(
    mergeMap(() => registry.list().filter(({ startToken }) => !underWay.has(startToken))),
  );
  const settle = (task: TaskRecord): Observable<void> => {
    if (!isRunning(task)) return EMPTY;
    underWay.add(task.startToken);
    return from(settleIfPossible(ctx, task)).pipe(finalize(() => underWay.delete(task.startToken)));
  };
  const note = async (task: TaskRecord): Promise<TaskRecord | undefined> =>
    isRunning(task) ? ifPossible(ctx, task, noteEnd(ctx, task)) : undefined;
  const tidy = async (exited: TaskRecord): Promise<void> => {
    await nextTurn();
    await ifPossible(ctx, exited, tidyUp(ctx, exited));
  };
  // A push never waits behind a sweep.
  const noted$ = pushed$.pipe(
    mergeMap((task) => note(task), AT_ONCE),
    filter((exited) => exited !== undefined),
  );
  const tidied$ = noted$.pipe(mergeMap(tidy, TIDIED_AT_ONCE));
  return merge(tidied$, swept$.pipe(mergeMap(settle, AT_ONCE))).subscribe({
    error: (error: unknown) => logger.error({ error }, 'Watching for exits ended'),
  });
}

const isRunning = ({ phase }: TaskRecord): boolean => phase === 'running' || phase === 'stopping';
