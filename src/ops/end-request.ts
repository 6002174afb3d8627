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
 * Records that the exit of a task was requested, before the request is executed: in the directory of the task, where
 * every later driver finds it. If that fails, only this driver knows.
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

/** The same for a signal that ends tasks: the exit is requested if the task is ended by this signal. */
export async function noteSignal(ctx: OpsContext, task: TaskRecord, signal: NodeJS.Signals): Promise<void> {
  const number = signalNumber(signal);
  if (number === undefined || !ENDING_NUMBERS.has(number)) return;
  await note(ctx, task, String(number)).catch((error: unknown) =>
    ctx.logger.warn({ error, taskId: task.id, signal }, 'Could not record that a signal was sent'),
  );
}

/**
 * True when a request was recorded before the task exited, by any driver. Synchronous, like the read of the exit
 * file.
 */
export function isEndRequested(ctx: OpsContext, task: TaskRecord, exit: ExitResult): boolean {
  const names = ['stop', ...(ENDING_NUMBERS.has(exit.signal) ? [String(exit.signal)] : [])];
  // Without an exit file, the time is that of the detection of the exit.
  const isEarlier = (ms: number): boolean => exit.source !== 'exit-file' || ms <= exit.completedAtMs;
  return names.some((name) => {
    const ms = notedAtMs(ctx, task, name);
    return ms !== undefined && isEarlier(ms);
  });
}

/** Only the first record counts: an existing file is kept. */
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
