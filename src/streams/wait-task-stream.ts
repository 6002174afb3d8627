import { EMPTY, concat, defer, mergeMap, of, take, throwError, type Observable } from 'rxjs';

import { RktError, taskNotFound } from '../model/rkt-error.ts';
import type { ExitResult } from '../model/exit-result.ts';
import type { TaskRecord } from '../registry/task-record.ts';
import type { TaskChange, TaskRegistry } from '../registry/task-registry.ts';

export interface WaitTaskDeps {
  readonly registry: Pick<TaskRegistry, 'changesOf' | 'require'>;
}

/**
 * The end of one task: emits a single result and completes.
 *
 * Who comes after the end gets the result at once. The result of a task that was lost (phase `unknown`) has an `error`
 * in place of an exit code. A task that is removed without a result was never seen to end: that
 * is an error, as for a task nobody knows.
 *
 * @throws {@link RktError} through the stream: RKT_ERR_TASK_NOT_FOUND; RKT_ERR_SHUTDOWN at shutdown, before and after it
 * @completes after the result
 */
export function waitTask({ registry }: WaitTaskDeps, taskId: string): Observable<ExitResult> {
  return defer(() => {
    const record = registry.require(taskId);
    const result = resultOf(record);
    if (result !== undefined) return of(result);
    // Of this start: the id may be used again, by a task nobody here waits for.
    const ended$ = registry.changesOf(record.startToken).pipe(mergeMap(resultOfChange));
    return concat(
      ended$,
      throwError(() => new RktError('RKT_ERR_SHUTDOWN', '')),
    ).pipe(take(1));
  });
}

function resultOf({ phase, exitResult }: TaskRecord): ExitResult | undefined {
  return phase === 'exited' || phase === 'unknown' ? exitResult : undefined;
}

function resultOfChange({ kind, record }: TaskChange): Observable<ExitResult> {
  const result = kind === 'removed' ? record.exitResult : resultOf(record);
  if (result !== undefined) return of(result);
  return kind === 'removed' ? throwError(() => taskNotFound(record.id)) : EMPTY;
}
