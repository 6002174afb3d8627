import { constants, type Stats } from 'node:fs';
import { access, lstat, open, unlink, type FileHandle } from 'node:fs/promises';
import { basename } from 'node:path';

import { exhaustionCode } from '../model/exhaustion.ts';
import { RktError } from '../model/rkt-error.ts';
import { permissionError } from '../model/permission.ts';
import { reasonOf } from '../model/reason-of.ts';
import { O_PATH, descriptorPath, renamed } from '../files/regular-file.ts';
import type { TaskSpec } from '../model/task-spec.ts';
import { isSame, openDirectoryOf } from './output-directory.ts';
import type { TaskFiles } from './task-files.ts';

export interface Outputs {
  readonly stdoutPath: string;
  readonly stderrPath: string;
}

/** The outputs of a task, opened for its shim to inherit. */
export interface OpenOutputs {
  readonly stdout: FileHandle;
  readonly stderr: FileHandle;
  close(): Promise<void>;
  /** Removes the files that opening created. */
  discard(): Promise<void>;
}

const { O_APPEND, O_CREAT, O_EXCL, O_NOFOLLOW, O_RDWR, O_WRONLY } = constants;
const NEW_FILE_MODE = 0o666;
/** Device 1:3 on every Linux. */
const DEV_NULL = 0x103;

/** The destinations of the output of a task, validated before anything is started. @throws RKT_ERR_OUTPUT */
export async function checkOutputs(spec: TaskSpec, files: TaskFiles): Promise<Outputs> {
  const { allocDir, stdoutPath, stderrPath } = spec;
  if (stdoutPath !== undefined) await naming('stdoutPath', stdoutPath, () => check(stdoutPath, allocDir));
  if (stderrPath !== undefined) await naming('stderrPath', stderrPath, () => check(stderrPath, allocDir));
  return { stdoutPath: stdoutPath ?? files.stdout, stderrPath: stderrPath ?? files.stderr };
}

/**
 * Opens the outputs of a task once: the app writes to exactly the files that are checked here, even if their names
 * are reused later.
 *
 * @throws RKT_ERR_OUTPUT for a symbolic link, and for anything but a file, a named pipe or /dev/null
 */
export async function openOutputs(paths: Outputs, allocDir: string | undefined): Promise<OpenOutputs> {
  const made: (() => Promise<void>)[] = [];
  const discard = async (): Promise<void> => {
    for (const remove of made.splice(0)) await remove();
  };
  const openOne = (name: keyof Outputs): Promise<FileHandle> =>
    naming(name, paths[name], async () => {
      const { handle, isNew } = await openOutput(paths[name], allocDir);
      const stat = await handle.stat();
      if (isNew) made.push(() => removeSame(paths[name], allocDir, stat));
      return handle;
    });
  const stdout = await openOne('stdoutPath');
  try {
    const stderr = await openOne('stderrPath');
    const close = async (): Promise<void> => {
      await Promise.all([stdout.close(), stderr.close()]);
    };
    return { stdout, stderr, close, discard };
  } catch (error) {
    await stdout.close();
    await discard();
    throw error;
  }
}

async function check(path: string, allocDir: string | undefined): Promise<void> {
  await inDirectory(path, allocDir, async (place, parent) => {
    const found = await find(place);
    if (found === undefined) return access(descriptorPath(parent), constants.W_OK);
    try {
      accessFlags(await found.stat());
      await access(descriptorPath(found), constants.W_OK);
    } finally {
      await found.close();
    }
  });
}

async function openOutput(
  path: string,
  allocDir: string | undefined,
): Promise<{ readonly handle: FileHandle; readonly isNew: boolean }> {
  return inDirectory(path, allocDir, async (place) => {
    const found = await find(place);
    if (found === undefined) {
      const flags = O_WRONLY | O_APPEND | O_CREAT | O_EXCL | O_NOFOLLOW;
      return { handle: await open(place, flags, NEW_FILE_MODE), isNew: true };
    }
    try {
      const flags = accessFlags(await found.stat());
      return { handle: await open(descriptorPath(found), flags), isNew: false };
    } finally {
      await found.close();
    }
  });
}

/** A pipe is opened read-write: that never blocks, and a reader that reconnects never kills the app with SIGPIPE. */
function accessFlags(found: Stats): number {
  if (found.isFIFO()) return O_RDWR;
  if (found.isFile() || (found.isCharacterDevice() && found.rdev === DEV_NULL)) return O_WRONLY | O_APPEND;
  if (found.isSymbolicLink()) throw new Error('it is a symbolic link');
  throw new Error(found.isDirectory() ? 'it is a directory' : 'it is neither a file nor a named pipe');
}

async function find(place: string): Promise<FileHandle | undefined> {
  return open(place, O_PATH | O_NOFOLLOW).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  });
}

async function removeSame(path: string, allocDir: string | undefined, made: Stats): Promise<void> {
  await inDirectory(path, allocDir, async (place) => {
    if (isSame(await lstat(place), made)) await unlink(place);
  }).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  });
}

async function inDirectory<T>(
  path: string,
  allocDir: string | undefined,
  act: (place: string, parent: FileHandle) => Promise<T>,
): Promise<T> {
  const parent = await openDirectoryOf(path, allocDir);
  try {
    return await act(`${descriptorPath(parent)}/${basename(path)}`, parent);
  } finally {
    await parent.close();
  }
}

async function naming<T>(name: string, path: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    const cause = renamed(error, path);
    const tried = `${name} ${path} cannot be opened`;
    const denied = permissionError(cause, tried);
    if (denied !== undefined) throw denied;
    throw new RktError(exhaustionCode(error) ?? 'RKT_ERR_OUTPUT', `${tried}: ${reasonOf(cause)}`, { cause });
  }
}
