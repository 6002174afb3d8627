import { open, readFile, readdir, rename, rm, rmdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';

import type { ProcessId } from '../model/process-id.ts';
import { makeFreshDirectory } from './fresh-directory.ts';
import { holderName, holderProcess } from './holder-name.ts';
import { errnoCode } from './kernel-file.ts';
import { isAlive } from './process-info.ts';

/** The result of an attempt to lock. */
export type LockAttempt =
  | { readonly release: () => Promise<void> }
  | { readonly heldBy: { readonly pid: number; readonly note: string } };

let instances = 0;

/**
 * A lock that one process holds until it releases it or dies; of several concurrent attempts exactly one succeeds.
 *
 * The lock is a directory with one file, whose name is the identity of the holder. It is created with this file by
 * one rename(2), which replaces only an empty directory. The file of a dead holder is unlinked by its name, which no
 * later holder has.
 *
 * @param note information about the holder for others
 * @throws the error of the file system, also when the directory contains something else
 */
export async function lockForProcess(directory: string, self: ProcessId, note = ''): Promise<LockAttempt> {
  instances += 1;
  const mine = holderName(self, instances);
  const fresh = await makeFreshDirectory(directory, mine);
  try {
    const file = await open(join(fresh, mine), 'wx', 0o600);
    await file.writeFile(note).finally(() => file.close());
    for (;;) {
      if (await appears(fresh, directory)) return { release: () => release(directory, mine) };
      const heldBy = await livingHolder(directory);
      if (heldBy !== undefined) return { heldBy };
    }
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
}

/** False when the lock is held. */
async function appears(fresh: string, directory: string): Promise<boolean> {
  try {
    await rename(fresh, directory);
    return true;
  } catch (error) {
    if (['ENOTEMPTY', 'EEXIST'].includes(errnoCode(error))) return false;
    throw error;
  }
}

/** Undefined when the lock is free: a dead holder was removed, or the lock has been released meanwhile. */
async function livingHolder(directory: string): Promise<{ pid: number; note: string } | undefined> {
  const [name] = (await unlessGone(readdir(directory))) ?? [];
  if (name === undefined) return undefined;
  const path = join(directory, name);
  const holder = holderProcess(name);
  if (holder === undefined) throw new Error(`${path} belongs to no lock: remove it`);
  if (await isAlive(holder)) {
    const note = await unlessGone(readFile(path, 'utf8'));
    return note === undefined ? undefined : { pid: holder.pid, note };
  }
  await unlessGone(unlink(path));
  return undefined;
}

async function release(directory: string, mine: string): Promise<void> {
  await unlessGone(unlink(join(directory, mine)));
  // Another process may hold it again by now.
  await rmdir(directory).catch(() => undefined);
}

async function unlessGone<T>(action: Promise<T>): Promise<T | undefined> {
  try {
    return await action;
  } catch (error) {
    if (errnoCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}
