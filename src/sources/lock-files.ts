import { createHash } from 'node:crypto';
import { open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { RktError } from '../model/rkt-error.ts';
import { permissionError } from '../model/permission.ts';
import type { ProcessId } from '../model/process-id.ts';
import { reasonOf } from '../model/reason-of.ts';
import { createTurns, type Turns } from '../model/turns.ts';
import { makeFreshDirectory } from './fresh-directory.ts';
import { holderName, holderProcess } from './holder-name.ts';
import { errnoCode } from './kernel-file.ts';
import { isAlive } from './process-info.ts';

export interface LockFilesOptions {
  readonly directory: string;
  /** The identity of this process as a holder. */
  readonly self: ProcessId;
  /** How long to wait for the lock of another holder. */
  readonly timeoutMs?: number;
}

const SLOTS = 32;
const FREE = 'free';
const TIMEOUT_MS = 30_000;
const FIRST_DELAY_MS = 1;
const MAX_DELAY_MS = 50;

let instances = 0;

/**
 * Locks between the processes that share a directory. A dead holder loses its locks.
 *
 * Each of a fixed number of files is one lock, and its name identifies the holder: `07.free`, or `07.` and the
 * identity of a process. rename(2) acquires it: of several at once only one finds the old name. It also takes over
 * the lock of a dead holder, and never that of a living one, whose name is another. The hash of a key selects the
 * file. Locking needs no free disk space.
 */
export function createLockFiles({ directory, self, timeoutMs = TIMEOUT_MS }: LockFilesOptions): Turns {
  instances += 1;
  const mine = holderName(self, instances);
  const inTurn = createTurns();
  return (key, action) => {
    const slot = slotOf(key);
    return inTurn(slot, async () => {
      await acquire(directory, slot, mine, timeoutMs);
      try {
        return await action();
      } finally {
        await taken(directory, `${slot}.${mine}`, `${slot}.${FREE}`);
      }
    });
  };
}

function slotOf(key: string): string {
  const number = createHash('sha256').update(key).digest().readUInt32BE() % SLOTS;
  return String(number).padStart(2, '0');
}

async function acquire(directory: string, slot: string, mine: string, timeoutMs: number): Promise<void> {
  const deadlineMs = performance.now() + timeoutMs;
  const take = (holder: string): Promise<boolean> => taken(directory, `${slot}.${holder}`, `${slot}.${mine}`);
  for (let delayMs = FIRST_DELAY_MS; ; delayMs = Math.min(2 * delayMs, MAX_DELAY_MS)) {
    if (await take(FREE)) return;
    const holder = await holderOf(directory, slot, mine);
    if (holder !== undefined && (await isFree(holder, mine)) && (await take(holder))) return;
    if (performance.now() > deadlineMs) throw heldTooLong(directory, slot, holder, timeoutMs);
    await delay(delayMs);
  }
}

/** False when this holder no longer has the lock. */
async function taken(directory: string, from: string, to: string): Promise<boolean> {
  try {
    await rename(join(directory, from), join(directory, to));
    return true;
  } catch (error) {
    if (errnoCode(error) === 'ENOENT') return false;
    throw unusable(directory, error);
  }
}

/** The holder of a lock; undefined between two holders, and when this call has only created the directory. */
async function holderOf(directory: string, slot: string, mine: string): Promise<string | undefined> {
  try {
    const name = (await readdir(directory)).find((one) => one.startsWith(`${slot}.`));
    return name?.slice(slot.length + 1);
  } catch (error) {
    if (errnoCode(error) !== 'ENOENT') throw unusable(directory, error);
    await makeLocks(directory, mine);
    return undefined;
  }
}

/** All locks are created atomically: rename replaces no directory that is not empty. */
async function makeLocks(directory: string, mine: string): Promise<void> {
  const fresh = await makeFreshDirectory(directory, mine).catch((error: unknown) => {
    throw unusable(directory, error);
  });
  try {
    for (let slot = 0; slot < SLOTS; slot += 1) {
      await (await open(join(fresh, `${String(slot).padStart(2, '0')}.${FREE}`), 'wx', 0o600)).close();
    }
    await rename(fresh, directory);
  } catch (error) {
    await rm(fresh, { recursive: true, force: true });
    if (!['ENOTEMPTY', 'EEXIST'].includes(errnoCode(error))) throw unusable(directory, error);
  }
}

/** A lock of this instance is one that it failed to release. */
async function isFree(holder: string, mine: string): Promise<boolean> {
  if (holder === mine) return true;
  const id = holderProcess(holder);
  return id !== undefined && !(await isAlive(id));
}

function unusable(directory: string, cause: unknown): RktError {
  const tried = `Could not lock in ${directory}`;
  const denied = permissionError(cause, tried, directory);
  return denied ?? new RktError('RKT_ERR_DATA_DIR', `${tried}: ${reasonOf(cause)}`, { cause });
}

function heldTooLong(
  directory: string,
  slot: string,
  holder: string | undefined,
  timeoutMs: number,
): RktError {
  const pid = holder === undefined ? undefined : holderProcess(holder)?.pid;
  const who =
    pid === undefined
      ? `The lock ${join(directory, slot)}.${FREE} is missing`
      : `Process ${pid} has held the lock ${slot} of ${directory} for more than ${timeoutMs} ms`;
  const remedy =
    pid === undefined
      ? `remove ${directory} while no driver runs; it is made anew`
      : `is it stopped? Continue it (kill -CONT ${pid}) or end it`;
  return new RktError('RKT_ERR_DATA_DIR', `${who}: ${remedy}`);
}
