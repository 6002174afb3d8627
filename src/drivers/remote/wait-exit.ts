import { EMPTY, Observable, defer, of, take, throwError, mergeMap } from 'rxjs';

import { taskNotFound } from '../../model/rkt-error.ts';
import type { ExitResult } from '../../model/exit-result.ts';
import { eventSchema, tasksSchema } from './answers.ts';
import type { AgentMessage } from './agent-stream.ts';

/**
 * The exit of a task, from its events and its statuses: the first value of either that has it.
 *
 * A status is sent immediately and after changes, but one that lasts less than the agent's minimum interval is not
 * sent at all. Then the event has the exit; it precedes the status list without the task.
 */
export function exitOf(taskId: string, messages$: Observable<AgentMessage>): Observable<ExitResult> {
  return defer(() => {
    let ended: ExitResult | undefined;
    return messages$.pipe(
      mergeMap(({ topic, data }): Observable<ExitResult> => {
        if (topic === 'events') {
          const event = eventSchema.safeParse(data);
          if (event.success && event.data.taskId === taskId) ended = event.data.exitResult ?? ended;
          return EMPTY;
        }
        if (topic !== 'tasks') return EMPTY;
        const task = tasksSchema.parse(data).find(({ id }) => id === taskId);
        if (task === undefined)
          return ended === undefined ? throwError(() => taskNotFound(taskId)) : of(ended);
        const isOver = task.phase === 'exited' || task.phase === 'unknown';
        return isOver && task.exitResult !== undefined ? of(task.exitResult) : EMPTY;
      }),
      take(1),
    );
  });
}
