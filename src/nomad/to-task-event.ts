import type { TaskEvent, TaskEventKind } from '../model/task-event.ts';
import type { DriverTaskEvent } from './generated/hashicorp/nomad/plugins/drivers/proto/DriverTaskEvent.ts';
import { wireTime } from './times.ts';

/**
 * The events that the host does not emit itself: it shows the last ten events of a task, and has its own for a failed
 * start, a signal, a stop and the removal.
 */
const FOR_HOST: ReadonlySet<TaskEventKind> = new Set<TaskEventKind>([
  'prepared',
  'started',
  'network-ready',
  'stats-degraded',
  'killed',
  'exited',
  'recovered',
]);

export function isForHost({ kind }: Pick<TaskEvent, 'kind'>): boolean {
  return FOR_HOST.has(kind);
}

/** An event for the host, which finds the task by allocation and name. */
export function toDriverTaskEvent(event: TaskEvent): DriverTaskEvent {
  const { kind, taskId, taskName, allocId = '', timeMs, message, annotations } = event;
  return {
    task_id: taskId,
    alloc_id: allocId,
    task_name: taskName,
    timestamp: wireTime(timeMs),
    message,
    annotations: { ...annotations, kind },
  };
}
