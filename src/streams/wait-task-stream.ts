import { EMPTY, concat, defer, mergeMap, of, take, throwError, type Observable } from 'rxjs';

import { RktError, taskNotFound } from '../model/rkt-error.ts';
import type { ExitResult } from '../model/exit-result.ts';
import type { TaskRecord } from '../registry/task-record.ts';
import type { TaskChange } from '../registry/task-change.ts';
import type { TaskRegistry } from '../registry/task-registry.ts';

export interface WaitTaskDeps {
  readonly registry: Pick<TaskRegistry, 'changesOf' | 'require'>;
}

/**
 * The exit of one task: emits a single result and completes.
 *
 * A subscriber after the exit gets the result immediately. The result of a lost task (phase `unknown`) has an `error`
 * instead of an exit code. The removal of a task without a result is an error, as for an unknown task.
 *
 * @throws {@link RktError} through the stream: RKT_ERR_TASK_NOT_FOUND; RKT_ERR_SHUTDOWN at shutdown, before and after
 * it
 * @completes after the result
 */
export function waitTask({ registry }: WaitTaskDeps, taskId: string): Observable<ExitResult> {
  return defer(() => {
    const record = registry.require(taskId);
    const result = resultOf(record);
    if (result !== undefined) return of(result);
    // Of this start: the id may be reused by another task.
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
