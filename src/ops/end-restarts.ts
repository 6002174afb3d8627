import type { TaskRecord } from '../registry/task-record.ts';
import type { OpsContext } from './ops-context.ts';
import { saveIfSpace } from './save-if-space.ts';

/** A stop of a task that has exited and would be restarted: its exit counts as requested from now on, for every driver. */
export async function endRestarts(ctx: OpsContext, task: TaskRecord): Promise<void> {
  const { exitResult, spec } = task;
  if (spec.restart === undefined || exitResult === undefined || exitResult.requested === true) return;
  const requested = { ...exitResult, requested: true };
  ctx.registry.update(task.id, { exitResult: requested });
  const save = ctx.store.revise(task, (entry) => Promise.resolve({ ...entry, exitResult: requested }));
  await saveIfSpace(ctx, task.id, save);
}
