import { reasonOf } from '../model/reason-of.ts';
import { RktError } from '../model/rkt-error.ts';
import type { TaskRecord } from '../registry/task-record.ts';
import type { OpsContext } from './ops-context.ts';
import { storedTask } from './to-stored-task.ts';
import { isDeadStart, undoStart } from './undo-start.ts';

/** Saves the task, unless a task of this or another driver has its id. @throws RKT_ERR_TASK_EXISTS */
export async function claimId(ctx: OpsContext, record: TaskRecord): Promise<void> {
  const entry = storedTask(ctx, record);
  if (await ctx.store.create(entry)) return;
  const other = await ctx.store.load(record.id);
  if (other !== undefined && (await isDeadStart(other))) await undoStart(ctx, other);
  if (await ctx.store.create(entry)) return;
  throw isTaken(ctx, record);
}

/** Replaces the entry of a start. @throws RKT_ERR_TASK_EXISTS when the id belongs to another start now */
export async function keepStart(ctx: OpsContext, record: TaskRecord): Promise<void> {
  if (!(await ctx.store.save(storedTask(ctx, record)))) throw isTaken(ctx, record);
}

function isTaken(ctx: OpsContext, { id }: TaskRecord): RktError {
  const what = `A task with the id "${id}" is in ${ctx.store.directory}, but was not recovered here`;
  return new RktError('RKT_ERR_TASK_EXISTS', what, { taskId: id });
}

/** Removes a start that failed: from the registry, and from the data directory unless something of it could not be undone. */
export async function abandonStart(
  ctx: OpsContext,
  record: TaskRecord,
  error: unknown,
  isUndone: boolean,
): Promise<void> {
  const last = ctx.registry.get(record.id) ?? record;
  await (
    isUndone
      ? ctx.store.remove(record)
      : ctx.store.saveIfPresent({ ...storedTask(ctx, last), abandoned: true })
  ).catch((failure: unknown) => ctx.logger.error({ error: failure }, 'Could not record a failed start'));
  if (ctx.shutdown.aborted) return;
  const message = reasonOf(error);
  ctx.registry.remove(record.id);
  ctx.registry.emit('failed', last, {
    message: `Start failed: ${message}`,
    annotations: {
      error: message,
      ...(error instanceof RktError && { code: error.code }),
    },
  });
}
