import { isRktError } from '../model/rkt-error.ts';
import type { StoredTask } from '../registry/stored-task.ts';
import { isAlive } from '../sources/process-info.ts';
import type { OpsContext } from './ops-context.ts';
import { destroyStart } from './destroy-task.ts';
import { rediscoverTask } from './rediscover-task.ts';
import { createSharedWork } from './shared-work.ts';

/** True for a task whose driver died while it destroyed it: the request will not be repeated. */
export async function isHalfDestroyed({ destroyer }: StoredTask): Promise<boolean> {
  return destroyer !== undefined && !(await isAlive(destroyer));
}

/** Finishes the destroys of dead drivers in the background; failures are logged. */
export async function finishDestroys(ctx: OpsContext): Promise<void> {
  const { entries } = await ctx.store.loadAll();
  for (const entry of entries) {
    if (ctx.shutdown.aborted) return;
    if (!(await isHalfDestroyed(entry))) continue;
    await finishDestroy(ctx, entry).catch((error: unknown) =>
      ctx.logger.warn({ error, taskId: entry.id }, 'Could not finish destroying a task'),
    );
  }
}

const shared = createSharedWork<unknown>();

/** The same for one start; a later one of the same id is left alone. */
export function finishDestroy(ctx: OpsContext, { id, startToken }: StoredTask): Promise<unknown> {
  return shared(ctx, startToken, async () => {
    try {
      const task = ctx.registry.get(id) ?? (await rediscoverTask(ctx, id));
      if (task?.startToken === startToken) await destroyStart(ctx, task, { force: true });
    } catch (error) {
      // Another driver has destroyed it.
      if (!isRktError(error, 'RKT_ERR_TASK_NOT_FOUND')) throw error;
    }
  });
}
