import type { TaskStatus } from '../model/task-status.ts';
import type { TaskRegistry } from '../registry/task-registry.ts';
import { taskStatus } from '../registry/task-status.ts';

/** What is known of a task now. @throws RKT_ERR_TASK_NOT_FOUND */
export function inspectTask(registry: Pick<TaskRegistry, 'require'>, taskId: string): TaskStatus {
  return taskStatus(registry.require(taskId));
}
