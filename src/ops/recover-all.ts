import { RktError } from '../model/rkt-error.ts';
import type { StoredTask } from '../registry/stored-task.ts';
import type { TaskRecord } from '../registry/task-record.ts';
import type { OpsContext } from './ops-context.ts';
import { finishDestroy, isHalfDestroyed } from './finish-destroy.ts';
import { forgetTask } from './forget-task.ts';
import { recoverTask } from './recover-task.ts';
import { settleIfPossible } from './settle-task.ts';
import { undoStart } from './undo-start.ts';

export interface Recovery {
  /** Ids of the tasks that are known again, running or exited. */
  readonly recovered: readonly string[];
  /** Ids of the tasks whose start, or destruction, was under way when their driver died; nothing of them is left. */
  readonly undone: readonly string[];
  /** State files that could not be read, and tasks that could not be taken up. */
  readonly failures: readonly { readonly file: string; readonly error: RktError }[];
}

/** Which starts are tried, of those that failed before. */
export interface Attempts {
  isDue(startToken: string): boolean;
  failed(startToken: string): void;
}

const ALWAYS: Attempts = { isDue: () => true, failed: () => undefined };

/**
 * Takes up every task of the data directory: those that run or ended are recovered, and a start that its driver did not
 * live to finish is undone, as nobody was ever told of it; a destruction is finished. A start of a driver that lives is left alone.
 */
export async function recoverAll(ctx: OpsContext, attempts = ALWAYS): Promise<Recovery> {
  const before = ctx.registry.list();
  const { entries, failures } = await ctx.store.loadAll();
  await forgetRemoved(ctx, before, entries);
  const result = { recovered: [] as string[], undone: [] as string[], failures: [...failures] };
  for (const entry of entries) {
    if (!attempts.isDue(entry.startToken)) continue;
    try {
      if (await isHalfDestroyed(entry)) {
        await finishDestroy(ctx, entry);
        result.undone.push(entry.id);
      } else if (entry.handle !== undefined) {
        await recoverTask(ctx, entry.handle, entry);
        result.recovered.push(entry.id);
      } else if (await undoStart(ctx, entry)) {
        result.undone.push(entry.id);
      }
    } catch (error) {
      if (!(error instanceof RktError)) throw error;
      attempts.failed(entry.startToken);
      result.failures.push({ file: ctx.store.directory, error });
    }
  }
  return result;
}

/**
 * A task that has ended and has no state file any more was destroyed by another driver of this data directory. One that still
 * seems to run may have ended just now, and its id may be another start's already.
 */
async function forgetRemoved(
  ctx: OpsContext,
  before: readonly TaskRecord[],
  entries: readonly StoredTask[],
): Promise<void> {
  const tokens = new Set(entries.map(({ startToken }) => startToken));
  for (const task of before) {
    if (tokens.has(task.startToken)) continue;
    if (isUp(task)) await settleIfPossible(ctx, task);
    const phase = ctx.registry.get(task.id)?.phase;
    if (phase === 'exited' || phase === 'unknown') forgetTask(ctx, task);
  }
}

const isUp = ({ phase }: TaskRecord): boolean => phase === 'running' || phase === 'stopping';
