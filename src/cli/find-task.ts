import { RktError, taskNotFound } from '../model/rkt-error.ts';
import type { TaskStatus } from '../model/task-status.ts';
import type { OpsSession } from './command-session.ts';

/** Finds a task by its id, its name, or a unique prefix of either. */
export function findTask(tasks: readonly TaskStatus[], wanted: string): TaskStatus {
  const rules: readonly ((task: TaskStatus) => boolean)[] = [
    ({ id }) => id === wanted,
    ({ name }) => name === wanted,
    ({ id, name }) => wanted !== '' && (id.startsWith(wanted) || name.startsWith(wanted)),
  ];
  for (const rule of rules) {
    const [found, ...others] = tasks.filter(rule);
    if (found === undefined) continue;
    if (others.length === 0) return found;
    const ids = [found, ...others].map(({ id }) => id).join(', ');
    throw new RktError('RKT_ERR_TASK_NOT_FOUND', `"${wanted}" can be any of ${ids}`);
  }
  throw taskNotFound(wanted);
}

/** The ids of the named tasks, without duplicates. @throws RKT_ERR_TASK_NOT_FOUND */
export async function findTaskIds(
  session: Pick<OpsSession, 'listTasks'>,
  wanted: readonly string[],
): Promise<readonly string[]> {
  const tasks = await session.listTasks();
  return [...new Set(wanted.map((text) => findTask(tasks, text).id))];
}
