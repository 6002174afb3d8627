import { createHash } from 'node:crypto';
import { link, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { isLeftover, listIfThere, readIfThere, replaceFile } from './durable-file.ts';

/**
 * A restart in progress, one directory per task below `restarts` of the data directory: the specification to start, and the logs
 * that the next start continues. An agent that finds it after a crash can finish the restart.
 */
const DIRECTORY = 'restarts';
const SPEC = 'spec.json';
const LOGS = ['stdout.log', 'stderr.log'] as const;

function directoryOf(dataDir: string, taskId: string): string {
  return join(dataDir, DIRECTORY, createHash('sha256').update(taskId).digest('hex'));
}

/** Keeps a specification, and the logs at these paths, by a second name. Logs that are not there are left out. */
export async function keepRestart(
  dataDir: string,
  taskId: string,
  { spec, logs }: { readonly spec: unknown; readonly logs: readonly (string | undefined)[] },
): Promise<void> {
  const directory = directoryOf(dataDir, taskId);
  await rm(directory, { recursive: true, force: true });
  await mkdir(directory, { recursive: true, mode: 0o700 });
  await linkLogs(
    logs,
    LOGS.map((name) => join(directory, name)),
  );
  await replaceFile(join(directory, SPEC), JSON.stringify(spec));
}

/** Gives a new start the logs of the one before, so that it appends to them. Does nothing when none were kept. */
export async function continueLogs(dataDir: string, taskId: string, logs: readonly string[]): Promise<void> {
  const directory = directoryOf(dataDir, taskId);
  await linkLogs(
    LOGS.map((name) => join(directory, name)),
    logs,
  );
}

/** The task is started, or not wanted any more. */
export async function forgetRestart(dataDir: string, taskId: string): Promise<void> {
  await rm(directoryOf(dataDir, taskId), { recursive: true, force: true });
}

/** The specifications that are kept, as they were written; incomplete ones are removed. */
export async function keptRestarts(dataDir: string): Promise<readonly unknown[]> {
  const directory = join(dataDir, DIRECTORY);
  const found: unknown[] = [];
  for (const name of await listIfThere(directory)) {
    const text = await readIfThere(join(directory, name, SPEC));
    if (text !== undefined) found.push(JSON.parse(text));
    else if (!(await isBeingWritten(join(directory, name))))
      await rm(join(directory, name), { recursive: true, force: true });
  }
  return found;
}

async function isBeingWritten(directory: string): Promise<boolean> {
  const temporary = (await listIfThere(directory)).filter((name) => name.endsWith('.tmp'));
  return temporary.some((name) => !isLeftover(name));
}

async function linkLogs(from: readonly (string | undefined)[], to: readonly string[]): Promise<void> {
  for (const [i, path] of from.entries()) {
    const target = to[i];
    if (path === undefined || target === undefined) continue;
    await link(path, target).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    });
  }
}
