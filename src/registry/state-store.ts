import { createHash } from 'node:crypto';
import { join } from 'node:path';

import { RktError } from '../model/rkt-error.ts';
import { exhaustionCode } from '../model/exhaustion.ts';
import { parseWith } from '../model/parse.ts';
import { permissionError } from '../model/permission.ts';
import { reasonOf } from '../model/reason-of.ts';
import { createTurns, type Turns } from '../model/turns.ts';
import {
  createFile,
  isLeftover,
  listIfThere,
  readIfThere,
  readWritten,
  replaceFile,
  unlinkIfThere,
} from '../files/durable-file.ts';
import { storedTaskSchema, type StoredTask } from './stored-task.ts';

/** The contents of a directory of state files. */
export interface LoadedTasks {
  readonly entries: readonly StoredTask[];
  /** Files that could not be read; each error is RKT_ERR_STATE_FILE or RKT_ERR_PERMISSION and names the file. */
  readonly failures: readonly { readonly file: string; readonly error: RktError }[];
}

/** The start of a task that a change applies to, never another start of the same id. */
export type StartOf = Pick<StoredTask, 'id' | 'startToken'>;

/**
 * One JSON file per task. An error names the file: RKT_ERR_STATE_FILE, or RKT_ERR_PERMISSION, RKT_ERR_NO_SPACE and
 * RKT_ERR_RESOURCES; RKT_ERR_DATA_DIR when the locks cannot be used.
 *
 * Changes of one task happen in the order of the calls, and each leaves the file of another start of the same id
 * alone.
 */
export interface StateStore {
  readonly directory: string;
  /**
   * Writes the file of the task, or replaces that of the same start; false when another start has it. A reader, or a
   * process that dies here, finds the old text or the new one, never a part.
   */
  save(entry: StoredTask): Promise<boolean>;
  /** The same for a task without a file; false if it has one, of any driver. */
  create(entry: StoredTask): Promise<boolean>;
  /** The same for a task with a file: a task that was destroyed meanwhile is not restored. */
  saveIfPresent(entry: StoredTask): Promise<boolean>;
  /**
   * Reads the entry of a start and replaces it by the result of `change`, with no other change in between; `change`
   * returns undefined to keep it.
   *
   * @returns the new entry; undefined when nothing was replaced
   */
  revise(
    start: StartOf,
    change: (entry: StoredTask) => Promise<StoredTask | undefined>,
  ): Promise<StoredTask | undefined>;
  /** Undefined when there is no file for the task. */
  load(id: string): Promise<StoredTask | undefined>;
  /** All entries, in the order of creation; also removes incomplete files of killed writers. */
  loadAll(): Promise<LoadedTasks>;
  /** Only removes incomplete files. */
  sweep(): Promise<void>;
  /** Does nothing when the start has no file. */
  remove(start: StartOf): Promise<void>;
}

const SUFFIX = '.json';

/**
 * A store below `directory`, which is created by the first save with access only for its owner, because specs contain
 * environments.
 *
 * @param exclusive orders the changes of a task; by default only within this process
 */
export function createStateStore(directory: string, exclusive: Turns = createTurns()): StateStore {
  const pathOf = (id: string): string => join(directory, stateFileName(id));
  const put = <T>(entry: StoredTask, how: (path: string, text: string) => Promise<T>): Promise<T> =>
    orStateFileError(pathOf(entry.id), 'write', () => how(pathOf(entry.id), `${JSON.stringify(entry)}\n`));
  const replace = async (entry: StoredTask): Promise<true> => {
    await put(entry, replaceFile);
    return true;
  };
  const load = async (id: string): Promise<StoredTask | undefined> => {
    const text = await textOf(pathOf(id));
    return text === undefined ? undefined : parseStoredTask(pathOf(id), text);
  };
  const textOf = (path: string): Promise<string | undefined> =>
    orStateFileError(path, 'read', () => Promise.resolve(readWritten(path)));
  const isOfOther = async ({ id, startToken }: StartOf): Promise<boolean> => {
    const text = await textOf(pathOf(id));
    const token = text === undefined ? undefined : tokenIn(text);
    return token !== undefined && token !== startToken;
  };
  return {
    directory,
    save: (entry) => exclusive(entry.id, async () => !(await isOfOther(entry)) && replace(entry)),
    create: (entry) => exclusive(entry.id, () => put(entry, createFile)),
    saveIfPresent: (entry) =>
      exclusive(
        entry.id,
        async () => (await load(entry.id))?.startToken === entry.startToken && replace(entry),
      ),
    revise: ({ id, startToken }, change) =>
      exclusive(id, async () => {
        const entry = await load(id);
        const next = entry?.startToken === startToken ? await change(entry) : undefined;
        if (next !== undefined) await replace(next);
        return next;
      }),
    load,
    loadAll: () => loadDirectory(directory),
    async sweep() {
      const names = await orStateFileError(directory, 'read', () => listIfThere(directory));
      await Promise.all(names.map((name) => removeLeftover(directory, name)));
    },
    remove: (start) =>
      exclusive(start.id, async () => {
        const path = pathOf(start.id);
        if (!(await isOfOther(start))) await orStateFileError(path, 'remove', () => unlinkIfThere(path));
      }),
  };
}

/** The start token in the text of a state file; a damaged file belongs to no start. */
function tokenIn(text: string): string | undefined {
  try {
    const { startToken } = (JSON.parse(text) ?? {}) as { startToken?: unknown };
    return typeof startToken === 'string' ? startToken : undefined;
  } catch {
    return undefined;
  }
}

/** A file name for any id: readable if possible, unique by a hash, at most 75 characters. */
export function stateFileName(id: string): string {
  const slug = id
    .replaceAll(/[^A-Za-z0-9_-]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 37);
  const hash = createHash('sha256').update(id).digest('hex').slice(0, 32);
  return `${slug === '' ? 'task' : slug}-${hash}${SUFFIX}`;
}

async function loadDirectory(directory: string): Promise<LoadedTasks> {
  const names = await orStateFileError(directory, 'read', () => listIfThere(directory));
  const entries: StoredTask[] = [];
  const failures: { file: string; error: RktError }[] = [];
  for (const name of names) {
    const file = join(directory, name);
    try {
      await removeLeftover(directory, name);
      if (name.startsWith('.') || !name.endsWith(SUFFIX)) continue;
      const text = await orStateFileError(file, 'read', () => readIfThere(file));
      if (text !== undefined) entries.push(parseStoredTask(file, text));
    } catch (error) {
      if (!(error instanceof RktError)) throw error;
      failures.push({ file, error });
    }
  }
  return { entries: entries.sort((a, b) => a.createdAtMs - b.createdAtMs), failures };
}

async function removeLeftover(directory: string, name: string): Promise<void> {
  const file = join(directory, name);
  if (isLeftover(name)) await orStateFileError(file, 'remove', () => unlinkIfThere(file));
}

function parseStoredTask(file: string, text: string): StoredTask {
  const entry = parseWith(storedTaskSchema, parseJson(file, text), {
    what: `State file ${file}`,
    code: 'RKT_ERR_STATE_FILE',
  });
  if (!file.endsWith(`/${stateFileName(entry.id)}`)) {
    throw new RktError(
      'RKT_ERR_STATE_FILE',
      `State file ${file} contains the task "${entry.id}", which belongs to another file`,
      { taskId: entry.id },
    );
  }
  return entry;
}

function parseJson(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new RktError('RKT_ERR_STATE_FILE', `State file ${file} is not JSON`, { cause });
  }
}

async function orStateFileError<T>(path: string, verb: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (cause) {
    const denied = permissionError(cause, `Could not ${verb} the state of tasks`, path);
    if (denied !== undefined) throw denied;
    const reason = reasonOf(cause);
    const code = exhaustionCode(cause) ?? 'RKT_ERR_STATE_FILE';
    throw new RktError(code, `Could not ${verb} state file ${path}: ${reason}`, { cause });
  }
}
