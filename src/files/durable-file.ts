import { readFileSync } from 'node:fs';
import { link, mkdir, open, readFile, readdir, rename, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

const TEMPORARY = /^\..*\.(?<pid>[0-9]+)\.[0-9]+\.tmp$/;

let written = 0;

/**
 * Replaces a file by rename: a reader, or a process that is killed here, leaves the old or the new text, never a
 * part.
 *
 * Directory and file are accessible only to their owner. The text is first written to a hidden file beside it whose
 * name identifies this process, so that {@link isLeftover} can later detect that it is no longer being written.
 */
export async function replaceFile(path: string, text: string): Promise<void> {
  await writeBeside(path, text, (temporary) => rename(temporary, path));
}

/** The same for a file that must not exist yet; false if it does. Of several concurrent processes, one gets true. */
export async function createFile(path: string, text: string): Promise<boolean> {
  let isNew = true;
  await writeBeside(path, text, async (temporary) => {
    try {
      await link(temporary, path);
    } catch (error) {
      if (!hasCode(error, 'EEXIST')) throw error;
      isNew = false;
    }
    await unlink(temporary);
  });
  return isNew;
}

async function writeBeside(
  path: string,
  text: string,
  publish: (temporary: string) => Promise<void>,
): Promise<void> {
  written += 1;
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}.${written}.tmp`);
  try {
    await writeDurably(temporary, text).catch(async (error: unknown) => {
      if (!hasCode(error, 'ENOENT')) throw error;
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      await writeDurably(temporary, text);
    });
    await publish(temporary);
  } catch (error) {
    await unlinkIfThere(temporary);
    throw error;
  }
}

async function writeDurably(path: string, text: string): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(text);
    // Without this, a crash of the machine can leave the new name on an empty file.
    await file.sync();
  } finally {
    await file.close();
  }
}

/** True for the name of an incomplete file of a killed writer. */
export function isLeftover(name: string): boolean {
  const pid = TEMPORARY.exec(name)?.groups?.pid;
  if (pid === undefined) return false;
  try {
    process.kill(Number(pid), 0);
    return false;
  } catch (error) {
    return hasCode(error, 'ESRCH');
  }
}

/** Undefined when there is no such file. */
export async function readIfThere(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch((error: unknown) => {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  });
}

/**
 * The same at once, for a file that was written a moment ago: it is in the page cache, and a promise costs ten times as much as
 * the read.
 */
export function readWritten(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

/** Removes a file, if it is there: `rm` asks twice about it before. */
export async function unlinkIfThere(path: string): Promise<void> {
  await unlink(path).catch((error: unknown) => {
    if (!hasCode(error, 'ENOENT')) throw error;
  });
}

/** Empty when there is no such directory. */
export async function listIfThere(directory: string): Promise<readonly string[]> {
  return readdir(directory).catch((error: unknown) => {
    if (hasCode(error, 'ENOENT')) return [];
    throw error;
  });
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
