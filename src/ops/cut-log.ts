import { constants } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { text } from 'node:stream/consumers';

import { RktError } from '../model/rkt-error.ts';
import { openRegular } from '../files/regular-file.ts';
import type { RktRunner } from '../rkt/command-runner.ts';

/** How far before the requested offset a line may begin to be kept completely. */
const LINE_BYTES = 64 * 1024;
const NEWLINE = 0x0a;
/** The first descriptor after the standard streams, as the child sees it. */
const INHERITED = '/proc/self/fd/3';

export type Cut = 'punched' | 'truncated';

/**
 * Frees the space of a log before an offset while its writers continue. The file keeps its size and every byte its
 * offset: the removed part is a hole, which uses no space and reads as zeros. Nothing has to be copied, and no
 * concurrent write can be lost.
 *
 * On a file system without holes the file is emptied.
 *
 * @throws RKT_ERR_LOGS
 */
export async function cutLog(runner: RktRunner, path: string, offset: number): Promise<Cut> {
  const file = await openRegular(path, constants.O_RDWR);
  try {
    const why = await punchHole(runner, file, await beginOfLine(file, offset));
    if (why === undefined) return 'punched';
    if (!/not supported|fallocate failed: Function not implemented/i.test(why)) {
      throw new RktError('RKT_ERR_LOGS', `The log ${path} cannot be cut: ${why}`);
    }
    await file.truncate();
    return 'truncated';
  } finally {
    await file.close();
  }
}

/** The reason of the failure; undefined on success. */
async function punchHole(runner: RktRunner, file: FileHandle, bytes: number): Promise<string | undefined> {
  const args = ['--punch-hole', '--offset', '0', '--length', String(bytes), INHERITED];
  const child = await runner.spawn(['fallocate', ...args], {
    stderr: 'pipe',
    more: [file.fd],
    env: { LC_ALL: 'C' },
  });
  const [{ exitCode }, why] = await Promise.all([
    child.closed,
    child.stderr === undefined ? '' : text(child.stderr),
  ]);
  return exitCode === 0 ? undefined : why.trim();
}

/** The start of the line at an offset, if that is not far before it. */
async function beginOfLine(file: FileHandle, offset: number): Promise<number> {
  const from = Math.max(0, offset - LINE_BYTES);
  const { buffer, bytesRead } = await file.read(Buffer.alloc(offset - from), 0, offset - from, from);
  const newline = buffer.subarray(0, bytesRead).lastIndexOf(NEWLINE);
  return newline < 0 ? offset : from + newline + 1;
}
