import { RktError, isRktError } from '../model/errors.ts';
import type { ExitResult } from '../model/exit-result.ts';
import { parseWith } from '../model/parse.ts';
import { taskHandleSchema, type TaskHandle } from '../model/task-state.ts';
import { isAlive } from '../sources/process-info.ts';
import type { OpsContext } from './context.ts';
import { publishExit } from './publish-exit.ts';
import { wasPublished } from './published-exits.ts';
import { saveIfRoom } from './save-if-room.ts';
import { settleIfPossible } from './settle-task.ts';
import { storedTask } from './stored-task.ts';

/**
 * Takes up a task that an earlier driver started: running, or exited with the code it left. Does nothing for a task that
 * is known already. A task of which nothing is left becomes `unknown`.
 *
 * @param known the exit that the earlier driver had seen, when it was written down
 * @throws {@link RktError} RKT_ERR_HANDLE for a handle that is missing or cannot be read
 */
export async function recoverTask(ctx: OpsContext, handle: unknown, known?: ExitResult): Promise<void> {
  const { state } = parseHandle(handle);
  const { spec, startToken, cgroupPaths, ...facts } = state;
  if (ctx.registry.get(spec.id) !== undefined) return;
  const isExitPublished = await wasPublished(ctx, startToken);
  // Two recoveries may be under way.
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
  ctx.registry.emit('recovered', task, `Recovered pod ${podId}`, { pod: podId });
  if (known !== undefined) {
    await publishExit(ctx, task, known);
    return;
  }
  const stored = await ctx.store.load(spec.id).catch((error: unknown) => {
    if (isRktError(error, 'RKT_ERR_STATE_FILE')) return undefined;
    throw error;
  });
  if (stored === undefined || !(await isAlive(stored.owner)))
    await saveIfRoom(ctx, task.id, ctx.store.save(storedTask(ctx, task)));
  await settleIfPossible(ctx, task);
}

function parseHandle(handle: unknown): TaskHandle {
  if (handle === undefined || handle === null) {
    throw new RktError('RKT_ERR_HANDLE', 'A task cannot be recovered without its handle');
  }
  return parseWith(taskHandleSchema, handle, 'handle', 'RKT_ERR_HANDLE');
}
