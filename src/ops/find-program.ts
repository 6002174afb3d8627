import type { Stats } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { posix } from 'node:path';

import { HEAD_BYTES, interpreterOf } from '../model/interpreter.ts';
import { headOf, openInRoot } from '../files/open-in-root.ts';

/** Where and how to find a program of a task. */
export interface ProgramSearch {
  /** Directory of the host that is the app's root, such as `/proc/PID/root`. */
  readonly root: string;
  /** The PATH of the app. */
  readonly path: string;
  /** The working directory of the app: the base of relative paths, also in PATH. */
  readonly workingDir: string;
  /** The user that executes it; undefined if unknown: then no permission is checked. */
  readonly credentials: Credentials | undefined;
}

export interface Credentials {
  readonly uid: number;
  readonly gids: readonly number[];
}

/**
 * The absolute path of a program in the app's root, or the reason why there is none, with the exit code of a shell.
 */
export type FoundProgram =
  | { readonly path: string }
  | { readonly exitCode: typeof NOT_FOUND | typeof NOT_EXECUTABLE; readonly why: string };

const NOT_FOUND = 127;
const NOT_EXECUTABLE = 126;
const NO_SUCH_FILE = 'no such file';
/** Nested interpreters, as many as Linux follows. */
const MAX_INTERPRETERS = 5;
const REFUSED: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  ELOOP: 'there are too many symbolic links',
};

/**
 * Finds the program of a command like execvp: a name with a slash is a path, any other one is searched in PATH,
 * inside the app's root.
 */
export async function findProgram(search: ProgramSearch, name: string): Promise<FoundProgram> {
  if (name.includes('/')) return lookAt(search, posix.resolve('/', search.workingDir, name));
  let refused: FoundProgram | undefined;
  for (const directory of search.path.split(':')) {
    const found = await lookAt(search, posix.resolve('/', search.workingDir, directory, name));
    if ('path' in found) return found;
    if (found.why !== NO_SUCH_FILE) refused ??= found;
  }
  return refused ?? { exitCode: NOT_FOUND, why: 'it is in no directory of PATH' };
}

async function lookAt(search: ProgramSearch, path: string, depth = 0): Promise<FoundProgram> {
  let found: FileHandle;
  try {
    found = await openInRoot(search.root, path, (directory) => mayExecute(directory, search.credentials));
  } catch (error) {
    const why = REFUSED[(error as NodeJS.ErrnoException).code ?? ''];
    if (why !== undefined) return { exitCode: NOT_EXECUTABLE, why };
    return { exitCode: NOT_FOUND, why: NO_SUCH_FILE };
  }
  try {
    const stat = await found.stat();
    if (stat.isDirectory()) return { exitCode: NOT_EXECUTABLE, why: 'it is a directory' };
    if (!stat.isFile()) return { exitCode: NOT_EXECUTABLE, why: 'it is not a regular file' };
    if (!mayExecute(stat, search.credentials)) return { exitCode: NOT_EXECUTABLE, why: 'permission denied' };
    const interpreter = interpreterOf(await headOf(found, HEAD_BYTES));
    if (interpreter === undefined || depth === MAX_INTERPRETERS) return { path };
    const inner = await lookAt(search, posix.resolve('/', interpreter), depth + 1);
    if ('path' in inner) return { path };
    return { ...inner, why: `its interpreter ${JSON.stringify(interpreter)}: ${inner.why}` };
  } finally {
    await found.close();
  }
}

/**
 * False if the mode of a file, or of a directory of its path, denies access for certain. An access control list may
 * grant what the mode seems to deny, but only within the bits of the group.
 */
function mayExecute(file: Stats, credentials: Credentials | undefined): boolean {
  const { mode, uid, gid } = file;
  if (credentials === undefined || credentials.uid === 0) return file.isDirectory() || (mode & 0o111) !== 0;
  if (credentials.uid === uid) return (mode & 0o100) !== 0;
  if ((mode & 0o010) !== 0) return true;
  return !credentials.gids.includes(gid) && (mode & 0o001) !== 0;
}
