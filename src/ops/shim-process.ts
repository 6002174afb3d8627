import { RktError } from '../model/rkt-error.ts';
import type { ProcessId } from '../model/process-id.ts';
import type { TaskRecord } from '../registry/task-record.ts';
import { hasPendingStop, isAlive, readAlive } from '../sources/process-info.ts';
import type { OpsContext } from './ops-context.ts';
import { sendSignal } from './kill-tree.ts';
import { waitUntil } from './wait-until.ts';

/**
 * Continues a process of a task that is stopped (SIGSTOP) or about to be: while it is stopped, it handles no signal and writes no
 * exit file.
 */
export async function continueIfStopped(process: ProcessId | undefined): Promise<void> {
  // The signal first: it is pending until it has stopped the process.
  const isStopping = process !== undefined && hasPendingStop(process.pid);
  const info = process && (await readAlive(process));
  if (info !== undefined && (isStopping || info.state === 'T')) sendSignal(info.pid, 'SIGCONT');
}

/** Waits until the shim of an exited task is gone; one that stays is killed. @throws RKT_ERR_STOP */
export async function endShim(ctx: OpsContext, { id, shim }: TaskRecord): Promise<void> {
  if (shim === undefined || (await isGone(ctx, shim))) return;
  if (await isAlive(shim)) sendSignal(shim.pid, 'SIGKILL');
  if (await isGone(ctx, shim)) return;
  const what = `The shim ${shim.pid} of task "${id}" outlives SIGKILL: /proc/${shim.pid}/stack shows what it is waiting for`;
  throw new RktError('RKT_ERR_STOP', what, { taskId: id });
}

async function isGone(ctx: OpsContext, shim: ProcessId): Promise<boolean> {
  const gone = await waitUntil(
    async () => {
      await continueIfStopped(shim);
      return (await isAlive(shim)) ? undefined : true;
    },
    { everyMs: 5, deadlineMs: ctx.timeouts.killMs, scheduler: ctx.scheduler },
  );
  return gone === true;
}
