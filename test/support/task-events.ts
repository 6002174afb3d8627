import type { ExitResult } from '../../src/model/exit-result.ts';
import { exitAnnotations } from '../../src/model/exit-text.ts';
import type { TaskEvent, TaskEventKind, TaskEventOf } from '../../src/model/task-event.ts';

let made = 0;

/** An event with an id of its own, and without annotations where a test gives none. */
export function aTaskEvent<Kind extends TaskEventKind>(
  kind: Kind,
  taskId = 'web',
  more: Partial<TaskEventOf<Kind>> = {},
): TaskEvent {
  made += 1;
  const event = {
    id: `start-of-${taskId}.${kind}.${made}`,
    kind,
    taskId,
    taskName: taskId,
    timeMs: 1,
    message: '',
    annotations: {},
    ...more,
  };
  return event as unknown as TaskEvent;
}

/** The end of a task; code 0 and not requested where nothing else is said. */
export function anExit(
  taskId = 'web',
  exit: Partial<ExitResult> = {},
  more: Partial<TaskEventOf<'exited'>> = {},
): TaskEvent {
  const exitResult: ExitResult = {
    exitCode: 0,
    oomKilled: false,
    requested: false,
    completedAtMs: 1,
    source: 'exit-file',
    ...exit,
  };
  return aTaskEvent('exited', taskId, { exitResult, annotations: exitAnnotations(exitResult), ...more });
}
