import { mkdir, open, readdir, rm, rmdir, truncate, unlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { RktError } from '../model/rkt-error.ts';
import { exhaustionCode } from '../model/exhaustion.ts';
import { permissionError } from '../model/permission.ts';
import { reasonOf } from '../model/reason-of.ts';
import { EXIT_PLACEHOLDER } from './exit-record.ts';
import type { TaskFiles } from './task-files.ts';

const ABSENT: readonly string[] = ['ENOENT', 'ENOTDIR'];

/** Creates the directory for the files of one start. @throws RKT_ERR_DATA_DIR */
export async function makeTaskDirectory({ directory }: TaskFiles): Promise<void> {
  await inDataDirectory(directory, 'make', () => mkdir(directory, { recursive: true, mode: 0o700 }));
}

/**
 * Reserves the space of the exit code and creates the ticket of a shim. @throws RKT_ERR_DATA_DIR, RKT_ERR_NO_SPACE
 */
export async function writeTicket({ ticket, exitFile }: TaskFiles): Promise<void> {
  await inDataDirectory(exitFile, 'reserve', () => reserveIn(exitFile));
  await inDataDirectory(ticket, 'write', () => writeFile(ticket, ''));
}

/** Allows a `rkt prepare` to begin. @throws RKT_ERR_DATA_DIR, RKT_ERR_NO_SPACE */
export async function writePrepareTicket({ prepareTicket }: TaskFiles): Promise<void> {
  await inDataDirectory(prepareTicket, 'write', () => writeFile(prepareTicket, ''));
}

/** Writes the script that becomes the app, for this user alone. @throws RKT_ERR_DATA_DIR, RKT_ERR_NO_SPACE */
export async function writeLaunchScript({ launchScript }: TaskFiles, text: string): Promise<void> {
  const write = (): Promise<void> => writeFile(launchScript, text, { mode: 0o600, flag: 'wx' });
  await inDataDirectory(launchScript, 'write', write);
}

/** Removes all files of a start in the data directory except its state. @throws RKT_ERR_DATA_DIR */
export async function removeTaskFiles({ directory, exitFile }: TaskFiles): Promise<void> {
  await inDataDirectory(directory, 'remove', () => removeDirectory(directory));
  await inDataDirectory(exitFile, 'remove', () => removeIfThere(exitFile, unlink));
}

/** It has only files as a rule, and `rm` asks four times about each of them. */
async function removeDirectory(directory: string): Promise<void> {
  const names = await readdir(directory).catch(() => []);
  await Promise.all(names.map((name) => unlink(join(directory, name)).catch(() => undefined)));
  await removeIfThere(directory, rmdir).catch(() =>
    removeIfThere(directory, (path) => rm(path, { recursive: true })),
  );
}

/** Below a path that is not a directory nothing exists: a start that could not begin must be rolled back anyway. */
async function removeIfThere(path: string, remove: (path: string) => Promise<void>): Promise<void> {
  await remove(path).catch((error: unknown) => {
    if (!ABSENT.includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  });
}

/** Empties the logs in the directory of a task that is about to be destroyed, which frees space and needs none. */
export async function emptyLogs({ stdout, stderr }: TaskFiles): Promise<void> {
  for (const log of [stdout, stderr]) {
    await inDataDirectory(log, 'empty', () => truncateIfThere(log));
  }
}

async function truncateIfThere(path: string): Promise<void> {
  await truncate(path).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  });
}

/** The directory is missing for the first task only. */
async function reserveIn(exitFile: string): Promise<void> {
  await reserve(exitFile).catch(async (error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    await mkdir(dirname(exitFile), { recursive: true });
    await reserve(exitFile);
  });
}

/** Synced: the block is allocated now, so that a full disk fails the start and not the exit. */
async function reserve(exitFile: string): Promise<void> {
  const file = await open(exitFile, 'wx', 0o600);
  try {
    await file.writeFile(EXIT_PLACEHOLDER);
    await file.datasync();
  } finally {
    await file.close();
  }
}

async function inDataDirectory(path: string, verb: string, action: () => Promise<unknown>): Promise<void> {
  try {
    await action();
  } catch (cause) {
    const denied = permissionError(cause, `Could not ${verb} ${path}`, path);
    if (denied !== undefined) throw denied;
    const why = reasonOf(cause);
    throw new RktError(exhaustionCode(cause) ?? 'RKT_ERR_DATA_DIR', `Could not ${verb} ${path}: ${why}`, {
      cause,
    });
  }
}
