import { RktError } from '../model/errors.ts';
import type { StoredTask } from '../registry/stored-task.ts';
import type { TaskRecord } from '../registry/task-record.ts';
import type { OpsContext } from './context.ts';
import { finishDestroy, isHalfDestroyed } from './finish-destroy.ts';
import { forgetTask } from './forget-task.ts';
import { recoverTask } from './recover-task.ts';
import { isDeadStart, undoStart } from './undo-start.ts';

export interface Recovery {
  /** Ids of the tasks that are known again, running or exited. */
  readonly recovered: readonly string[];
  /** Ids of the tasks whose start, or destruction, was under way when their driver died; nothing of them is left. */
  readonly undone: readonly string[];
  /** State files that could not be read, and tasks that could not be taken up. */
  readonly failures: readonly { readonly file: string; readonly error: RktError }[];
}

/**
 * Takes up every task of the data directory: those that run or ended are recovered, and a start that its driver did not
 * live to finish is undone, as nobody was ever told of it; a destruction is finished. A start of a driver that lives is left alone.
 */
export async function recoverAll(ctx: OpsContext): Promise<Recovery> {
  const before = ctx.registry.list();
  const { entries, failures } = await ctx.store.loadAll();
  forgetRemoved(ctx, before, entries);
  const result = { recovered: [] as string[], undone: [] as string[], failures: [...failures] };
  for (const entry of entries) {
    try {
      if (await isHalfDestroyed(entry)) {
        await finishDestroy(ctx, entry);
        result.undone.push(entry.id);
      } else if (entry.handle !== undefined) {
        await recoverTask(ctx, entry.handle, entry.exitResult);
        result.recovered.push(entry.id);
      } else if (await isDeadStart(entry)) {
        await undoStart(ctx, entry);
        result.undone.push(entry.id);
      }
    } catch (error) {
      if (!(error instanceof RktError)) throw error;
      result.failures.push({ file: ctx.store.directory, error });
    }
  }
  return result;
}

/** A task that ended and has no state file any more was destroyed by another driver of this data directory. */
function forgetRemoved(ctx: OpsContext, before: readonly TaskRecord[], entries: readonly StoredTask[]): void {
  const tokens = new Set(entries.map(({ startToken }) => startToken));
  for (const { id, startToken } of before) {
    const phase = ctx.registry.get(id)?.phase;
    if (!tokens.has(startToken) && (phase === 'exited' || phase === 'unknown')) forgetTask(ctx, id);
  }
}
