import { EMPTY, catchError, from, merge, mergeMap, timer, type Observable, type Subscription } from 'rxjs';

import type { TaskRecord } from '../registry/task-record.ts';
import { watchDirectory } from '../sources/directory-watch.ts';
import type { OpsContext } from './context.ts';
import { settleTask } from './settle-task.ts';
import { exitsDirectory } from './task-files.ts';

/** The safety net below the watch: a push that was missed is found this late. */
const SWEEP_MS = 5_000;
const AT_ONCE = 16;

/**
 * Settles each task when its exit file appears: one watch on the directory of all exit files, for tasks this process
 * started and for recovered ones alike. A sweep finds what the watch cannot tell (a shim that was killed).
 */
export function watchExits(ctx: OpsContext): Subscription {
  const pushed$ = watchDirectory(exitsDirectory(ctx.dataDir)).pipe(
    mergeMap((token) => ctx.registry.list().filter((task) => task.startToken === token)),
  );
  const swept$ = timer(SWEEP_MS, SWEEP_MS, ctx.scheduler).pipe(mergeMap(() => ctx.registry.list()));
  return merge(pushed$, swept$)
    .pipe(mergeMap((task) => settled(ctx, task), AT_ONCE))
    .subscribe({ error: (error: unknown) => ctx.logger.error({ error }, 'Watching for exits ended') });
}

function settled(ctx: OpsContext, task: TaskRecord): Observable<void> {
  if (task.phase !== 'running' && task.phase !== 'stopping') return EMPTY;
  return from(settleTask(ctx, task)).pipe(
    catchError((error: unknown) => {
      ctx.logger.warn(
        { error, taskId: task.id },
        'Could not find out whether a task has ended; asking again',
      );
      return EMPTY;
    }),
  );
}
