import { readFileSync, statSync } from 'node:fs';

import { RktError } from '../model/rkt-error.ts';
import { exhaustionCode } from '../model/exhaustion.ts';
import type { ExitResult } from '../model/exit-result.ts';
import { permissionError } from '../model/permission.ts';

/** The record of the shim. */
export interface ExitRecord {
  readonly code: number;
  /** The time of the exit: the file is written in the same millisecond or the next. */
  readonly completedAtMs: number;
}

const SIGNAL_BASE = 128;
const LAST_SIGNAL = 64;
const LAST_CODE = 255;

/**
 * The contents of an exit file while the task is running: they allocate the block for the exit code. The shim
 * overwrites them in place with `007` and a newline, which marks the code as complete.
 */
export const EXIT_PLACEHOLDER = '----';
const COMPLETE = /^\d{1,3}\n$/;
const PENDING = /^\d{0,3}-+$/;

/**
 * Reads an exit file; undefined if it does not exist or has no complete exit code.
 *
 * Synchronous on purpose: four bytes that were just written are in the page cache, and each promise of the file
 * system costs a turn of the event loop between the exit of a task and its waiters.
 */
export function readExitFile(path: string): ExitRecord | undefined {
  const record = readRecord(path);
  return record === undefined || PENDING.test(record.text) ? undefined : recordOf(record, path);
}

interface RawRecord {
  readonly text: string;
  readonly completedAtMs: number;
}

function readRecord(path: string): RawRecord | undefined {
  try {
    const text = readFileSync(path, 'utf8');
    // After the text: the time is then that of the text, or of a later write.
    const { mtimeMs } = statSync(path);
    return { text, completedAtMs: Math.round(mtimeMs) };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    const denied = permissionError(error, 'Could not read the exit of a task', path);
    if (denied !== undefined) throw denied;
    const why = (error as Error).message;
    throw new RktError(
      exhaustionCode(error) ?? 'RKT_ERR_STATE_FILE',
      `The exit file ${path} cannot be read: ${why}`,
      {
        cause: error,
      },
    );
  }
}

function recordOf({ text, completedAtMs }: RawRecord, path: string): ExitRecord {
  return { code: parseExitCode(text, path), completedAtMs };
}

function parseExitCode(text: string, path: string): number {
  if (!COMPLETE.test(text) || Number(text) > LAST_CODE) {
    throw new RktError(
      'RKT_ERR_STATE_FILE',
      `The exit file ${path} holds ${JSON.stringify(text.slice(0, 40))} instead of an exit code`,
    );
  }
  return Number(text);
}

/** True for an exit by SIGKILL, as reported by a shell. */
export function isBySigkill({ code }: ExitRecord): boolean {
  return code === SIGNAL_BASE + 9;
}

/** Shells report an exit by signal n as 128 + n, so an app that exits with such a code counts as signalled. */
export function exitResultOf(record: ExitRecord, oomKills: number | undefined): ExitResult {
  const signal = record.code - SIGNAL_BASE;
  const signalled = signal >= 1 && signal <= LAST_SIGNAL;
  return {
    exitCode: record.code,
    ...(signalled && { signal }),
    oomKilled: isBySigkill(record) && oomKills !== undefined && oomKills > 0,
    completedAtMs: record.completedAtMs,
    source: 'exit-file',
  };
}
