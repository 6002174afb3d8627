import { RktError, isRktError } from '../model/rkt-error.ts';
import { parseWith } from '../model/parse.ts';
import { taskHandleSchema, type TaskHandle } from '../model/task-state.ts';
import type { StoredTask } from '../registry/stored-task.ts';
import { isAlive } from '../sources/process-info.ts';
import type { OpsContext } from './ops-context.ts';
import { noteExitPublished, publishExit } from './publish-exit.ts';
import { wasPublished } from './published-exits.ts';
import { saveIfSpace } from './save-if-space.ts';
import { reconcileIfPossible } from './reconcile-task.ts';
import { storedTask } from './to-stored-task.ts';

/**
 * Recovers a task that an earlier driver started: running, or exited with the code it left. Does nothing for a known
 * task. A task of which nothing is left becomes `unknown`.
 *
 * @param stored the state file that the handle is from; without it the task gets one if it has none
 * @throws {@link RktError} RKT_ERR_HANDLE for a handle that is missing or cannot be read
 */
export async function recoverTask(ctx: OpsContext, handle: unknown, stored?: StoredTask): Promise<void> {
  const { state } = parseHandle(handle);
  const { spec, startToken, cgroupPaths, ...facts } = state;
  if (ctx.registry.get(spec.id) !== undefined) return;
  const isExitPublished = await wasPublished(ctx, startToken);
  const kept = stored ?? (await loadIfSound(ctx, spec.id));
  // A driver that died while it destroyed the task may have removed the exit file and the pod already.
  const known = kept?.startToken === startToken ? kept.exitResult : undefined;
  // Two recoveries may run concurrently.
  if (ctx.registry.get(spec.id) !== undefined) return;
  const { network, ...rest } = facts;
  const task = ctx.registry.add({
    id: spec.id,
    spec,
    startToken,
    cgroupPaths,
    ...rest,
    ...(network && { network }),
    phase: known === undefined ? 'running' : 'exited',
    ...(known && { exitResult: known }),
    recovery: { isExitPublished },
  });
  const { podId } = state;
  ctx.registry.emit('recovered', task, { message: `Recovered pod ${podId}`, annotations: { pod: podId } });
  if (known !== undefined) {
    publishExit(ctx, task, known);
    await noteExitPublished(ctx, task);
    return;
  }
  if (kept === undefined || !(await isAlive(kept.owner))) {
    const entry = storedTask(ctx, task);
    // Another driver may have destroyed the task meanwhile.
    const saved = stored === undefined ? ctx.store.save(entry) : ctx.store.saveIfPresent(entry);
    await saveIfSpace(ctx, task.id, saved);
  }
  await reconcileIfPossible(ctx, task);
  if (kept === undefined && ctx.registry.get(task.id)?.phase === 'unknown') await ctx.store.remove(task);
}

async function loadIfSound(ctx: OpsContext, taskId: string): Promise<StoredTask | undefined> {
  return ctx.store.load(taskId).catch((error: unknown) => {
    if (isRktError(error, 'RKT_ERR_STATE_FILE')) return undefined;
    throw error;
  });
}

function parseHandle(handle: unknown): TaskHandle {
  if (handle === undefined || handle === null) {
    throw new RktError('RKT_ERR_HANDLE', 'A task cannot be recovered without its handle');
  }
  return parseWith(taskHandleSchema, handle, { what: 'handle', code: 'RKT_ERR_HANDLE' });
}
