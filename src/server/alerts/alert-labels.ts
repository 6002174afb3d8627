import { hostname } from 'node:os';

import type { TaskStatus } from '../../model/task-status.ts';

type Named = Pick<TaskStatus, 'id' | 'name' | 'jobName' | 'taskGroupName' | 'allocId'>;

/** The labels of the alerts of a task; a label without a value is absent. `task` is undefined for one that is gone. */
export function alertLabels(
  rule: string,
  taskId: string,
  task: Named | undefined,
): Readonly<Record<string, string>> {
  const labels = {
    alertname: rule,
    task_id: taskId,
    task: task?.name,
    job: task?.jobName,
    task_group: task?.taskGroupName,
    alloc_id: task?.allocId,
    instance: hostname(),
  };
  const present = Object.entries(labels).filter(
    (each): each is [string, string] => each[1] !== undefined && each[1] !== '',
  );
  return Object.fromEntries(present);
}
