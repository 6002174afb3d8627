import { constants } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { text } from 'node:stream/consumers';

import { RktError } from '../model/rkt-error.ts';
import { openRegular } from '../files/regular-file.ts';
import type { RktRunner } from '../rkt/command-runner.ts';

/** How far before the wanted place a line may begin that is kept whole. */
const LINE_BYTES = 64 * 1024;
const NEWLINE = 0x0a;
/** The first descriptor after the standard streams, as the child sees it. */
const INHERITED = '/proc/self/fd/3';

export type Cut = 'punched' | 'truncated';

/**
 * Gives back what a log holds before a place, while its writers go on. The file keeps its size and every byte its place: what
 * is gone is a hole, which takes no room and reads as zeros. So nothing has to be copied, and nothing that is written
 * meanwhile can be lost.
 *
 * A file system without holes is left with an empty file.
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

/** Why it failed; undefined when it did not. */
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

/** The begin of the line at an offset, if that is not far before it. */
async function beginOfLine(file: FileHandle, offset: number): Promise<number> {
  const from = Math.max(0, offset - LINE_BYTES);
  const { buffer, bytesRead } = await file.read(Buffer.alloc(offset - from), 0, offset - from, from);
  const newline = buffer.subarray(0, bytesRead).lastIndexOf(NEWLINE);
  return newline < 0 ? offset : from + newline + 1;
}
