import type { TaskEvent, TaskEventAnnotations } from '../../../../src/index.ts';
import type { ReportedEvent } from '../session.ts';

/** An `exited` event as the library and the agent publish it. */
export function reportedEvent(event: TaskEvent): ReportedEvent {
  const annotations: Partial<TaskEventAnnotations['exited']> =
    event.kind === 'exited' ? event.annotations : {};
  const { exit_code, signal } = annotations;
  return {
    id: event.id,
    taskId: event.taskId,
    isRepeated: event.repeated === true,
    exit: {
      exitCode: exit_code === undefined ? undefined : Number(exit_code),
      signal: signal === undefined ? undefined : Number(signal),
    },
  };
}
