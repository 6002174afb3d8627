import { setImmediate as nextTurn } from 'node:timers/promises';

import {
  Subject,
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

import { isRktError } from '../model/rkt-error.ts';
import type { TaskRecord } from '../registry/task-record.ts';
import { watchDirectory } from '../files/directory-watch.ts';
import type { OpsContext } from './ops-context.ts';
import { inSlices } from './in-slices.ts';
import { noteExitPublished } from './publish-exit.ts';
import { ifPossible, noteWritten, reconcileIfPossible, tidyUp } from './reconcile-task.ts';
import { exitsDirectory } from './task-files.ts';

/** The interval of the polling that finds missed notifications of the watch. */
const SWEEP_MS = 5_000;
/** Hundreds of tasks may exit at once: yields to the event loop after this much work. */
const SLICE_MS = 10;
/** How many tasks are processed concurrently in asynchronous steps. */
const AT_ONCE = 16;
/** Waiters have their result by then. */
const TIDIED_AT_ONCE = 4;

/**
 * Reconciles each task when its exit file appears: one watch on the directory of all exit files, for started and
 * recovered tasks alike. Polling finds what the watch cannot report (a killed shim).
 *
 * An exit is published in the turn of the event loop of its notification, if others have not used up the turn before
 * it.
 */
export function watchExits(ctx: OpsContext): Subscription {
  const { scheduler, logger, registry } = ctx;
  const unwritten = new Subject<TaskRecord>();
  const noteOrAsk = (task: TaskRecord): TaskRecord | undefined => {
    let exited: TaskRecord | undefined;
    try {
      exited = noteWritten(ctx, task);
    } catch {
      // Asked for once more, and logged then.
    }
    if (exited === undefined) unwritten.next(task);
    return exited;
  };
  const noted$ = exitFiles(ctx).pipe(
    inSlices({ sliceMs: SLICE_MS, scheduler }),
    map((token) => registry.ofStart(token)),
    filter((task) => task !== undefined),
    filter(isRunning),
    map(noteOrAsk),
    filter((exited) => exited !== undefined),
  );
  const reconciled$ = unwritten.pipe(mergeMap((task) => reconcileIfPossible(ctx, task), AT_ONCE));
  const tidied$ = noted$.pipe(
    mergeMap(async (exited) => {
      await ifPossible(ctx, exited, noteExitPublished(ctx, exited));
      return exited;
    }, AT_ONCE),
    mergeMap(async (exited) => {
      await nextTurn();
      await ifPossible(ctx, exited, tidyUp(ctx, exited));
    }, TIDIED_AT_ONCE),
  );
  return merge(reconciled$, tidied$, sweeps(ctx)).subscribe({
    error: (error: unknown) => logger.error({ error }, 'The watch for exits has ended'),
  });
}

/** The start tokens whose exit files change. */
function exitFiles({ dataDir, scheduler, logger }: OpsContext): Observable<string> {
  return watchDirectory(exitsDirectory(dataDir)).pipe(
    retry({
      delay: (error: unknown) => {
        // Every op that needs the directory reports that it cannot be accessed.
        const level = isRktError(error, 'RKT_ERR_PERMISSION') ? 'debug' : 'warn';
        logger[level]({ error }, 'Exits are found by polling until they can be watched again');
        return timer(SWEEP_MS, scheduler);
      },
    }),
  );
}

/** Polls all running tasks repeatedly, some in each turn of the event loop. */
function sweeps(ctx: OpsContext): Observable<void> {
  const { scheduler, registry } = ctx;
  const inProgress = new Set<string>();
  const reconcile = async (task: TaskRecord): Promise<void> => {
    await nextTurn();
    await reconcileIfPossible(ctx, task);
  };
  return timer(SWEEP_MS, SWEEP_MS, scheduler).pipe(
    // An rkt that hangs must not accumulate a call per poll.
    mergeMap(() => registry.list().filter((task) => isRunning(task) && !inProgress.has(task.startToken))),
    mergeMap((task) => {
      inProgress.add(task.startToken);
      return from(reconcile(task)).pipe(finalize(() => inProgress.delete(task.startToken)));
    }, AT_ONCE),
  );
}

const isRunning = ({ phase }: TaskRecord): boolean => phase === 'running' || phase === 'stopping';
