import type { ExitResult } from '../../src/model/exit-result.ts';
import type { TaskEvent, TaskEventKind } from '../../src/model/task-event.ts';

let made = 0;

/** An event with an id of its own. */
export function aTaskEvent(kind: TaskEventKind, taskId = 'web', more: Partial<TaskEvent> = {}): TaskEvent {
  made += 1;
  return {
    id: `start-of-${taskId}.${kind}.${made}`,
    kind,
    taskId,
    taskName: taskId,
    timeMs: 1,
    message: '',
    annotations: {},
    ...more,
  };
}

/** The end of a task; code 0 and not requested where nothing else is said. */
export function anExit(
  taskId = 'web',
  exit: Partial<ExitResult> = {},
  more: Partial<TaskEvent> = {},
): TaskEvent {
  return aTaskEvent('exited', taskId, {
    exitResult: {
      exitCode: 0,
      oomKilled: false,
      requested: false,
      completedAtMs: 1,
      source: 'exit-file',
      ...exit,
    },
    ...more,
  });
}
