import { statSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';

import type { ExitResult } from '../model/exit-result.ts';
import { signalNumber } from '../model/signals.ts';
import type { TaskRecord } from '../registry/task-record.ts';
import type { OpsContext } from './ops-context.ts';
import { taskFiles } from './task-files.ts';

/** Signals whose purpose is to end a task. */
const ENDING_SIGNALS: readonly NodeJS.Signals[] = ['SIGINT', 'SIGQUIT', 'SIGTERM', 'SIGKILL'];
const ENDING_NUMBERS: ReadonlySet<number | undefined> = new Set(ENDING_SIGNALS.map(signalNumber));

/**
 * Notes that the end of a task is requested, before anything is done about it: in the task's directory, where every driver
 * finds it whenever this one ends. When that fails, this driver alone knows.
 */
export async function noteStop(ctx: OpsContext, task: TaskRecord): Promise<void> {
  try {
    await note(ctx, task, 'stop');
  } catch (error) {
    ctx.logger.warn({ error, taskId: task.id }, 'Could not record that the end of a task was requested');
    if (ctx.registry.get(task.id)?.startToken !== task.startToken || ctx.shutdown.aborted) return;
    ctx.registry.update(task.id, { stopRequested: true });
  }
}

/** The same for a signal, if it is one that ends tasks: the end is requested when the task ends by this very signal. */
export async function noteSignal(ctx: OpsContext, task: TaskRecord, signal: NodeJS.Signals): Promise<void> {
  const number = signalNumber(signal);
  if (number === undefined || !ENDING_NUMBERS.has(number)) return;
  await note(ctx, task, String(number)).catch((error: unknown) =>
    ctx.logger.warn({ error, taskId: task.id, signal }, 'Could not record that a signal was sent'),
  );
}

/** True when a note was made before the task ended, by whichever driver. Synchronous, as the read of the exit file is. */
export function isEndRequested(ctx: OpsContext, task: TaskRecord, exit: ExitResult): boolean {
  const names = ['stop', ...(ENDING_NUMBERS.has(exit.signal) ? [String(exit.signal)] : [])];
  // Without an exit file the time is the one at which the end was found.
  const isEarlier = (ms: number): boolean => exit.source !== 'exit-file' || ms <= exit.completedAtMs;
  return names.some((name) => {
    const ms = notedAtMs(ctx, task, name);
    return ms !== undefined && isEarlier(ms);
  });
}

/** The first note counts: a file that is there stays as it is. */
async function note(ctx: OpsContext, { startToken }: TaskRecord, name: string): Promise<void> {
  await writeFile(taskFiles(ctx.dataDir, startToken).endRequest(name), '', { flag: 'a', mode: 0o600 });
}

function notedAtMs(ctx: OpsContext, task: TaskRecord, name: string): number | undefined {
  const path = taskFiles(ctx.dataDir, task.startToken).endRequest(name);
  try {
    const found = statSync(path, { throwIfNoEntry: false });
    return found === undefined ? undefined : Math.floor(found.mtimeMs);
  } catch {
    return undefined;
  }
}
