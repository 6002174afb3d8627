import { readFile, stat } from 'node:fs/promises';

import { RktError } from '../model/errors.ts';
import type { ExitResult } from '../model/exit-result.ts';

/** What the shim wrote. */
export interface ExitRecord {
  readonly code: number;
  /** The time of the exit: the file is written in the same millisecond or the next. */
  readonly completedAtMs: number;
}

const SIGNAL_BASE = 128;
const LAST_SIGNAL = 64;
const LAST_CODE = 255;

/** Reads an exit file; undefined while there is none. */
export async function readExitFile(path: string): Promise<ExitRecord | undefined> {
  try {
    const [text, { mtimeMs }] = await Promise.all([readFile(path, 'utf8'), stat(path)]);
    return { code: parseExitCode(text, path), completedAtMs: Math.round(mtimeMs) };
  } catch (error) {
    if (error instanceof RktError) throw error;
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    const why = (error as Error).message;
    throw new RktError('RKT_ERR_STATE_FILE', `The exit file ${path} cannot be read: ${why}`, {
      cause: error,
    });
  }
}

function parseExitCode(text: string, path: string): number {
  if (!/^\d{1,3}\n$/.test(text) || Number(text) > LAST_CODE) {
    throw new RktError(
      'RKT_ERR_STATE_FILE',
      `The exit file ${path} holds ${JSON.stringify(text.slice(0, 40))} instead of an exit code`,
    );
  }
  return Number(text);
}

/** A shell tells death by signal n as 128 + n, and an app that itself exits so is read as signalled. */
export function exitResultOf(record: ExitRecord, oomKills: number | undefined): ExitResult {
  const signal = record.code - SIGNAL_BASE;
  const signalled = signal >= 1 && signal <= LAST_SIGNAL;
  return {
    exitCode: record.code,
    ...(signalled && { signal }),
    oomKilled: signal === 9 && oomKills !== undefined && oomKills > 0,
    completedAtMs: record.completedAtMs,
    source: 'exit-file',
  };
}
