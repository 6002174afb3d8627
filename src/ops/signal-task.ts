import { RktError } from '../model/rkt-error.ts';
import { signalName, signalNumber } from '../model/signals.ts';
import type { OpsContext } from './ops-context.ts';
import { noteSignal } from './end-request.ts';
import { signalProcess } from './stop-task.ts';

const FALLBACK = 'SIGINT';

/**
 * Sends a signal to a task. An exit by SIGINT, SIGQUIT, SIGTERM or SIGKILL sent this way counts as requested. As in
 * the original driver an unknown name becomes SIGINT, with a warning in the log.
 *
 * @throws {@link RktError} RKT_ERR_TASK_NOT_FOUND, RKT_ERR_TASK_NOT_RUNNING
 */
export async function signalTask(ctx: OpsContext, taskId: string, name: string): Promise<void> {
  const task = ctx.registry.require(taskId);
  const number = signalNumber(name);
  if (number === undefined) ctx.logger.warn({ taskId, signal: name }, `Unknown signal; sending ${FALLBACK}`);
  const signal = (number === undefined ? undefined : signalName(number)) ?? FALLBACK;
  const isRunning = task.phase === 'running' || task.phase === 'stopping';
  if (isRunning) await noteSignal(ctx, task, signal);
  if (!isRunning || !(await signalProcess(task, signal))) {
    throw new RktError(
      'RKT_ERR_TASK_NOT_RUNNING',
      `Task "${taskId}" cannot be signaled: it is ${task.phase}`,
      {
        taskId,
      },
    );
  }
  ctx.registry.emit('signaled', task, { message: `Sent ${signal}`, annotations: { signal } });
}
