import { firstValueFrom, type Observable } from 'rxjs';

import { followFile } from '../files/follow-file.ts';
import { logPath } from '../files/log-file.ts';
import { tailOffset, tailOffsetOfBytes } from '../files/tail-offset.ts';
import type { ExitResult } from '../model/exit-result.ts';
import type { OutputStream, TaskLogOptions } from '../model/task-log.ts';
import type { TaskStatus } from '../model/task-status.ts';
import type { TaskRegistry } from '../registry/task-registry.ts';
import { inspectTask } from './inspect-task.ts';

export interface ReadTaskLogDeps {
  readonly registry: Pick<TaskRegistry, 'require'>;
  readonly waitTask: (taskId: string) => Observable<ExitResult>;
}

const OUTPUTS: readonly OutputStream[] = ['stdout', 'stderr'];

/**
 * Reads the output of a task from the files that the driver has opened for it; with `follow` until the task has exited, or the
 * driver is shut down, and all of its output was read.
 *
 * @throws RKT_ERR_TASK_NOT_FOUND, RKT_ERR_LOGS for an output that goes to a pipe or is gone
 */
export async function readTaskLog(
  { registry, waitTask }: ReadTaskLogDeps,
  taskId: string,
  options: TaskLogOptions,
): Promise<void> {
  const { write, follow = false, signal } = options;
  const files = await filesOf(inspectTask(registry, taskId), options.streams);
  const ended = new AbortController();
  const end = (): void => ended.abort();
  const exit: Promise<unknown> = follow ? firstValueFrom(waitTask(taskId)) : Promise.resolve();
  // However the waiting ends, it ends the reading.
  const waited = exit.finally(end);
  // Reported below, unless the reading has failed.
  waited.catch(() => undefined);
  signal?.addEventListener('abort', end, { once: true });
  if (signal?.aborted === true) end();
  const read = async ({ stream, path }: OutputFile): Promise<void> => {
    const from = await beginOf(path, options);
    await followFile(path, (bytes) => write({ stream, bytes }), ended.signal, from);
  };
  try {
    const results = await Promise.allSettled(files.map((file) => read(file).catch(endWith(end))));
    const failed = results.find(({ status }) => status === 'rejected');
    if (failed?.status === 'rejected') throw failed.reason;
    if (signal?.aborted !== true) await waited;
  } finally {
    signal?.removeEventListener('abort', end);
  }
}

interface OutputFile {
  readonly stream: OutputStream;
  readonly path: string;
}

/** One output that cannot be read further ends the other one as well. */
function endWith(end: () => void): (error: unknown) => never {
  return (error) => {
    end();
    throw error;
  };
}

/** The wanted outputs; those that were opened where none is named. One output can serve as both. */
async function filesOf(
  status: TaskStatus,
  streams: readonly OutputStream[] | undefined,
): Promise<readonly OutputFile[]> {
  const { stdoutPath, stderrPath } = status;
  const opened = OUTPUTS.filter((stream) =>
    stream === 'stdout' ? stdoutPath !== undefined : stderrPath !== undefined && stderrPath !== stdoutPath,
  );
  const wanted = streams ?? (opened.length === 0 ? OUTPUTS : opened);
  return Promise.all(wanted.map(async (stream) => ({ stream, path: await logPath(status, stream) })));
}

async function beginOf(path: string, { tailLines, tailBytes }: TaskLogOptions): Promise<number> {
  if (tailLines !== undefined) return tailOffset(path, tailLines);
  return tailBytes === undefined ? 0 : tailOffsetOfBytes(path, tailBytes);
}
