import { RktError, taskNotFound } from '../model/rkt-error.ts';
import type { TaskRecord } from '../registry/task-record.ts';
import type { OpsContext } from './ops-context.ts';
import { recoverTask } from './recover-task.ts';
import { undoStart } from './undo-start.ts';

/**
 * Recovers a task that is not known here from the state of its driver: Nomad destroys a task by its id when it could
 * not be recovered. Undefined if its start was never finished; nothing of it is left then.
 *
 * @throws {@link RktError} RKT_ERR_TASK_NOT_FOUND, RKT_ERR_STATE_FILE, or RKT_ERR_TASK_RUNNING while another driver
 * starts it
 */
export async function rediscoverTask(ctx: OpsContext, taskId: string): Promise<TaskRecord | undefined> {
  const entry = await ctx.store.load(taskId);
  if (entry === undefined) throw taskNotFound(taskId);
  if (entry.handle !== undefined) {
    await recoverTask(ctx, entry.handle, entry);
    return ctx.registry.require(taskId);
  }
  if (await undoStart(ctx, entry)) return undefined;
  if ((await ctx.store.load(taskId)) === undefined) throw taskNotFound(taskId);
  const what = `cannot destroy running task "${taskId}": another driver is starting it, or undoing its start`;
  throw new RktError('RKT_ERR_TASK_RUNNING', what, { taskId });
}
