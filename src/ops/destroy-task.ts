import { RktError } from '../model/rkt-error.ts';
import type { TaskRecord } from '../registry/task-record.ts';
import type { OpsContext } from './ops-context.ts';
import { emptyLogs, removeTaskFiles } from './data-directory.ts';
import { forgetTask } from './forget-task.ts';
import { collectableImage } from './image-gc.ts';
import { removePodIfThere } from './pods-of-start.ts';
import { rediscoverTask } from './rediscover-task.ts';
import { saveIfSpace } from './save-if-space.ts';
import { endShim } from './shim-process.ts';
import { stopTask } from './stop-task.ts';
import { taskFiles } from './task-files.ts';

export interface DestroyOptions {
  /** Kill the task first if it is running. */
  readonly force?: boolean;
}

/**
 * Removes a task with everything it left on the machine: processes, pod, cgroup, logs and state, and later its image,
 * as configured by `gc` of the driver configuration. An unknown task is searched in the data directory. If a step
 * fails, the task stays known, so that it can be destroyed again.
 *
 * @throws {@link RktError} RKT_ERR_TASK_NOT_FOUND, RKT_ERR_TASK_RUNNING without `force`, or the error of the failed
 * step
 */
export async function destroyTask(
  ctx: OpsContext,
  taskId: string,
  options: DestroyOptions = {},
): Promise<void> {
  const task = ctx.registry.get(taskId) ?? (await rediscoverTask(ctx, taskId));
  if (task !== undefined) await destroyStart(ctx, task, options);
}

/** The same for one start: a later one of the same id, of any driver, is left alone. */
export async function destroyStart(
  ctx: OpsContext,
  task: TaskRecord,
  options: DestroyOptions,
): Promise<void> {
  const taskId = task.id;
  if (task.phase === 'preparing' || task.phase === 'starting') {
    throw new RktError(
      'RKT_ERR_TASK_RUNNING',
      `cannot destroy running task "${taskId}": it is ${task.phase}`,
      { taskId },
    );
  }
  if (task.phase === 'running' || task.phase === 'stopping') {
    if (options.force !== true)
      throw new RktError('RKT_ERR_TASK_RUNNING', `cannot destroy running task "${taskId}"`, { taskId });
    await stopTask(ctx, taskId, { timeoutMs: 0 });
  }
  await markDestroyed(ctx, task);
  const cgroup = ctx.cgroups.open(task.cgroupPaths);
  await cgroup.kill();
  // Its last action is to write the status of the pod, into the directory that is about to be removed.
  await endShim(ctx, task);
  const image = await collectableImage(ctx, task.podId);
  const { pod: takesPod } = ctx.driverConfig().gc;
  if (task.podId !== undefined && takesPod) await removePodIfThere(ctx, await ctx.runner(), task.podId);
  await cgroup.remove();
  await removeTaskFiles(taskFiles(ctx.dataDir, task.startToken));
  await ctx.store.remove(task);
  forgetTask(ctx, task, takesPod ? undefined : 'Removed cgroup and files; rkt gc removes the pod');
  if (image !== undefined) ctx.imageGc.consider(image);
}

/**
 * If the driver dies from here on, the request is not repeated, so the next driver must know about it. On a full
 * disk, the logs, which are removed anyway, make space for this mark; if even that is not enough, the task is
 * destroyed without it.
 */
async function markDestroyed(ctx: OpsContext, task: TaskRecord): Promise<void> {
  const { exitResult } = task;
  const mark = (): Promise<unknown> =>
    ctx.store.revise(task, (entry) =>
      Promise.resolve({ ...entry, ...(exitResult !== undefined && { exitResult }), destroyer: ctx.owner }),
    );
  if (await saveIfSpace(ctx, task.id, mark())) return;
  await emptyLogs(taskFiles(ctx.dataDir, task.startToken));
  await saveIfSpace(ctx, task.id, mark());
}
