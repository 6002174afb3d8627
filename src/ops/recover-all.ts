import { RktError } from '../model/rkt-error.ts';
import type { StoredTask } from '../registry/stored-task.ts';
import type { TaskRecord } from '../registry/task-record.ts';
import type { OpsContext } from './ops-context.ts';
import { finishDestroy, isHalfDestroyed } from './finish-destroy.ts';
import { forgetTask } from './forget-task.ts';
import { recoverTask } from './recover-task.ts';
import { reconcileIfPossible } from './reconcile-task.ts';
import { undoStart } from './undo-start.ts';

export interface Recovery {
  /** Ids of the tasks that are known again, running or exited. */
  readonly recovered: readonly string[];
  /** Ids of the tasks whose start or destroy was in progress when their driver died; nothing of them is left. */
  readonly undone: readonly string[];
  /** State files that could not be read, and tasks that could not be recovered. */
  readonly failures: readonly { readonly file: string; readonly error: RktError }[];
}

/** Which of the previously failed starts to retry. */
export interface Attempts {
  isDue(startToken: string): boolean;
  failed(startToken: string): void;
}

const ALWAYS: Attempts = { isDue: () => true, failed: () => undefined };

/**
 * Recovers every task of the data directory: running and exited tasks are recovered, an unfinished start of a dead
 * driver is rolled back, because it was never reported to a caller, and a destroy is finished. A start of a running
 * driver is left alone.
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
 * An exited task without a state file was destroyed by another driver of this data directory. One that still seems to
 * be running may have just exited, and its id may already belong to another start.
 */
async function forgetRemoved(
  ctx: OpsContext,
  before: readonly TaskRecord[],
  entries: readonly StoredTask[],
): Promise<void> {
  const tokens = new Set(entries.map(({ startToken }) => startToken));
  for (const task of before) {
    if (tokens.has(task.startToken)) continue;
    if (isUp(task)) await reconcileIfPossible(ctx, task);
    const phase = ctx.registry.get(task.id)?.phase;
    if (phase === 'exited' || phase === 'unknown') forgetTask(ctx, task);
  }
}

const isUp = ({ phase }: TaskRecord): boolean => phase === 'running' || phase === 'stopping';
