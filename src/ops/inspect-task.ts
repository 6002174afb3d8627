import { withoutSecrets } from '../model/shown-spec.ts';
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

/** The same as it may be shown. @throws RKT_ERR_TASK_NOT_FOUND, and what the signal was aborted with */
export function describeTask(
  registry: Pick<TaskRegistry, 'require'>,
  taskId: string,
  shutdown: AbortSignal,
): Promise<TaskSpec> {
  return new Promise((resolve) => {
    shutdown.throwIfAborted();
    resolve(withoutSecrets(taskSpec(registry, taskId)));
  });
}
