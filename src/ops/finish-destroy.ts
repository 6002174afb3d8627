import { isRktError } from '../model/errors.ts';
import type { StoredTask } from '../registry/stored-task.ts';
import { isAlive } from '../sources/process-info.ts';
import type { OpsContext } from './context.ts';
import { destroyTask } from './destroy-task.ts';

/** True for a task whose driver died while it destroyed it: whoever asked for that will not ask again. */
export async function isHalfDestroyed({ destroyer }: StoredTask): Promise<boolean> {
  return destroyer !== undefined && !(await isAlive(destroyer));
}

/** Destroys what a driver that died has begun to destroy, in the background; what cannot be is told to the log. */
export async function finishDestroys(ctx: OpsContext): Promise<void> {
  const { entries } = await ctx.store.loadAll();
  for (const entry of entries) {
    if (ctx.shutdown.aborted) return;
    if (!(await isHalfDestroyed(entry))) continue;
    await finishDestroy(ctx, entry).catch((error: unknown) =>
      ctx.logger.warn({ error, taskId: entry.id }, 'A task that was half destroyed is left'),
    );
  }
}

const underWay = new WeakMap<OpsContext, Map<string, Promise<void>>>();

/** The same of one task; whoever else asks meanwhile waits for the same. */
export function finishDestroy(ctx: OpsContext, { id, startToken }: StoredTask): Promise<void> {
  const finishing = underWay.get(ctx) ?? new Map<string, Promise<void>>();
  underWay.set(ctx, finishing);
  const known = finishing.get(startToken);
  if (known !== undefined) return known;
  const finished = destroyTask(ctx, id, { force: true })
    .catch((error: unknown) => {
      // Another driver was faster.
      if (!isRktError(error, 'RKT_ERR_TASK_NOT_FOUND')) throw error;
    })
    .finally(() => finishing.delete(startToken));
  finishing.set(startToken, finished);
  return finished;
}
