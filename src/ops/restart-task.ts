import { withoutOwnLogs } from '../model/own-logs.ts';
import { destroyTask } from './destroy-task.ts';
import { inspectTask, taskSpec } from './inspect-task.ts';
import type { OpsContext } from './ops-context.ts';
import { startTask, type StartedTask } from './start-task.ts';
import { stopTask, type StopOptions } from './stop-task.ts';

/**
 * Starts a task again with its own specification: stops it if it runs, removes it and starts it. The log begins anew, and so does
 * the count of its restarts. A start that fails leaves no task.
 */
export async function restartTask(
  ctx: OpsContext,
  taskId: string,
  options: StopOptions = {},
): Promise<StartedTask> {
  const { phase } = inspectTask(ctx.registry, taskId);
  const { restart, ...spec } = withoutOwnLogs(taskSpec(ctx.registry, taskId));
  const { policy, maxRetries } = restart ?? {};
  if (phase !== 'exited') await stopTask(ctx, taskId, options);
  await destroyTask(ctx, taskId, { force: true });
  return await startTask(ctx, { ...spec, ...(policy !== undefined && { restart: { policy, maxRetries } }) });
}
