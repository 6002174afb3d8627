import type { TaskSpec } from '../model/task-spec.ts';
import type { TaskStatus } from '../model/task-status.ts';
import type { TaskRegistry } from '../registry/task-registry.ts';
import { taskStatus } from '../registry/to-task-status.ts';

/** What is known of a task now. @throws RKT_ERR_TASK_NOT_FOUND */
export function inspectTask(registry: Pick<TaskRegistry, 'require'>, taskId: string): TaskStatus {
  return taskStatus(registry.require(taskId));
}

/** What a task was started with. @throws RKT_ERR_TASK_NOT_FOUND */
export function taskSpec(registry: Pick<TaskRegistry, 'require'>, taskId: string): TaskSpec {
  return registry.require(taskId).spec;
}
