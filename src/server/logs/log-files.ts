import type { FileHandle } from 'node:fs/promises';

import { logBegin } from '../../files/log-begin.ts';
import { openRegular } from '../../files/regular-file.ts';
import type { OutputStream } from '../../model/task-log.ts';
import type { LogOffsets } from './log-marks.ts';
import { OUTPUTS, type WatchedLog } from './watched-log.ts';

const LINE_BYTES = 65_536;

export type OpenOutputs = Partial<Record<OutputStream, FileHandle>>;

/** Those that can be opened; the other ones have nothing to read. */
export async function openOutputs({ paths }: WatchedLog): Promise<OpenOutputs> {
  const opened: OpenOutputs = {};
  for (const stream of OUTPUTS) {
    const path = paths[stream];
    const file = path === undefined ? undefined : await openRegular(path).catch(() => undefined);
    if (file !== undefined) opened[stream] = file;
  }
  return opened;
}

export async function closeAll({ stdout, stderr }: OpenOutputs): Promise<void> {
  await Promise.all([stdout?.close(), stderr?.close()]);
}

/** Where the text of each output begins: a log that was truncated begins with a hole. */
export async function logBegins(log: WatchedLog): Promise<LogOffsets> {
  const files = await openOutputs(log);
  try {
    const begin = async (file: FileHandle | undefined): Promise<number> =>
      file === undefined ? 0 : logBegin(file);
    return { stdout: await begin(files.stdout), stderr: await begin(files.stderr) };
  } finally {
    await closeAll(files);
  }
}

/** Where the first line after `offset` begins; `offset` itself if a line begins there. */
export async function lineBegin(file: FileHandle | undefined, offset: number): Promise<number> {
  if (file === undefined) return offset;
  const buffer = Buffer.alloc(LINE_BYTES);
  const { bytesRead } = await file.read(buffer, 0, LINE_BYTES, offset - 1);
  const end = buffer.subarray(0, bytesRead).indexOf(10);
  return end < 0 ? offset : offset + end;
}
