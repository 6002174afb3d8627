import type { TaskSpec } from '../model/task-spec.ts';
import type { TaskStatus } from '../model/task-status.ts';
import type { TaskRegistry } from '../registry/task-registry.ts';
import { taskStatus } from '../registry/to-task-status.ts';

/** The current status of a task. @throws RKT_ERR_TASK_NOT_FOUND */
export function inspectTask(registry: Pick<TaskRegistry, 'require'>, taskId: string): TaskStatus {
  return taskStatus(registry.require(taskId));
}

/** The specification of a task. @throws RKT_ERR_TASK_NOT_FOUND */
export function taskSpec(registry: Pick<TaskRegistry, 'require'>, taskId: string): TaskSpec {
  return registry.require(taskId).spec;
}
