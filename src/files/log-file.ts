import { RktError } from '../model/rkt-error.ts';
import { permissionError } from '../model/permission.ts';
import { reasonOf } from '../model/reason-of.ts';
import { openRegular } from './regular-file.ts';
import type { OutputStream } from '../model/task-log.ts';
import type { TaskStatus } from '../model/task-status.ts';
import { withoutHole } from './log-begin.ts';

/** The end of a file. */
export interface FileEnd {
  readonly bytes: Buffer;
  /** Where {@link bytes} end in the file. */
  readonly endsAt: number;
  /** They begin where the file begins, or where it was cut to its limit. */
  readonly isWhole: boolean;
}

/** The file that holds the output of a task. @throws RKT_ERR_LOGS when it goes into a pipe, or is gone */
export async function logPath(task: TaskStatus, stream: OutputStream): Promise<string> {
  const path = stream === 'stdout' ? task.stdoutPath : task.stderrPath;
  if (path === undefined) throw refused(task.id, stream, 'it was not opened yet');
  const file = await openRegular(path).catch((cause: unknown) => {
    throw refused(task.id, stream, reasonOf(cause), cause);
  });
  await file.close();
  return path;
}

/** The last `tailBytes` of a file. */
export async function readFileEnd(path: string, tailBytes: number): Promise<FileEnd> {
  const file = await openRegular(path);
  try {
    const { size } = await file.stat();
    const length = Math.min(size, tailBytes);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, size - length);
    const read = { at: size - length, bytes: buffer.subarray(0, bytesRead) };
    const { at, bytes } = await withoutHole(file, read);
    return { bytes, endsAt: at + bytes.length, isWhole: length === size || at > read.at };
  } finally {
    await file.close();
  }
}

function refused(taskId: string, stream: OutputStream, why: string, cause?: unknown): RktError {
  const tried = `The ${stream} of task "${taskId}" cannot be read back`;
  const denied = permissionError(cause, tried);
  if (denied !== undefined) return denied;
  const what = `${tried}: ${why}`;
  return new RktError('RKT_ERR_LOGS', what, { taskId, ...(cause === undefined ? {} : { cause }) });
}
