import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

import { RktError } from '../model/errors.ts';
import { reasonOf } from '../model/reason-of.ts';
import { FRESH_SUFFIX } from './exit-record.ts';
import type { TaskFiles } from './task-files.ts';

/** Makes the directory that one start keeps its files in. @throws RKT_ERR_DATA_DIR */
export async function makeTaskDirectory({ directory }: TaskFiles): Promise<void> {
  await inDataDirectory(directory, 'make', () => mkdir(directory, { recursive: true, mode: 0o700 }));
}

/** Gives a shim its ticket, and the directory that it will write the exit to. @throws RKT_ERR_DATA_DIR */
export async function writeTicket({ ticket, exitFile }: TaskFiles): Promise<void> {
  await inDataDirectory(exitFile, 'prepare', () => mkdir(dirname(exitFile), { recursive: true }));
  await inDataDirectory(ticket, 'write', () => writeFile(ticket, ''));
}

/** Removes all that a start has left in the data directory but its state. @throws RKT_ERR_DATA_DIR */
export async function removeTaskFiles({ directory, exitFile }: TaskFiles): Promise<void> {
  await inDataDirectory(directory, 'remove', () => rm(directory, { recursive: true, force: true }));
  await inDataDirectory(exitFile, 'remove', () => rm(exitFile, { force: true }));
  await inDataDirectory(exitFile, 'remove', () => rm(`${exitFile}${FRESH_SUFFIX}`, { force: true }));
}

async function inDataDirectory(path: string, verb: string, action: () => Promise<unknown>): Promise<void> {
  try {
    await action();
  } catch (cause) {
    const why = reasonOf(cause);
    throw new RktError('RKT_ERR_DATA_DIR', `Could not ${verb} ${path}: ${why}`, { cause });
  }
}
