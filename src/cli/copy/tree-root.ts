import { readFileSync } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';

import { openInRoot } from '../../files/open-in-root.ts';
import { O_PATH } from '../../files/regular-file.ts';
import { permissionError } from '../../model/permission.ts';
import { RktError } from '../../model/rkt-error.ts';
import type { TaskStatus } from '../../model/task-status.ts';

/** The root below which the paths of one side of a copy are, held open. */
export interface TreeRoot {
  /** Of an open directory. */
  readonly path: string;
  /** What its user 0 is outside. */
  readonly owner: { readonly uid: number; readonly gid: number };
  close(): Promise<void>;
}

/** The root of this machine; what is copied there belongs to the user. */
export function hostRoot(): TreeRoot {
  const owner = { uid: process.geteuid?.() ?? 0, gid: process.getegid?.() ?? 0 };
  return { path: '/', owner, close: () => Promise.resolve() };
}

/**
 * The root of a running task, with the mounts that its app sees.
 *
 * @param refresh the status of the task now
 * @throws RKT_ERR_TASK_NOT_RUNNING, RKT_ERR_COPY for an app whose root is not visible, RKT_ERR_PERMISSION
 */
export async function taskRoot(task: TaskStatus, refresh: () => Promise<TaskStatus>): Promise<TreeRoot> {
  const pid = pidOf(task);
  const place = `/proc/${pid}/root`;
  let root: FileHandle;
  try {
    root = await open(`${place}/.`, O_PATH);
  } catch (error) {
    const denied = permissionError(error, `The files of task "${task.id}" cannot be read`, place);
    throw denied ?? notRunning(task.id, 'its process has ended');
  }
  try {
    const owner = { uid: outerId(pid, 'uid_map'), gid: outerId(pid, 'gid_map') };
    // Only while the task still has this pid is it the root of the task.
    if (pidOf(await refresh()) !== pid) throw notRunning(task.id, 'it was started again');
    await requireOwnRoot(task.id, root);
    return { path: `/proc/self/fd/${root.fd}`, owner, close: () => root.close() };
  } catch (error) {
    await root.close();
    throw error;
  }
}

/** Opens what a process with this root finds at a path, links included. @throws a system error */
export function openBelow(root: TreeRoot, path: string): Promise<FileHandle> {
  return openInRoot(root.path, path);
}

function pidOf({ id, phase, pid }: TaskStatus): number {
  if ((phase === 'running' || phase === 'stopping') && pid !== undefined) return pid;
  throw notRunning(id, `it is ${phase}`);
}

function notRunning(id: string, why: string): RktError {
  const what = `Nothing can be copied from or to task "${id}": ${why}`;
  return new RktError('RKT_ERR_TASK_NOT_RUNNING', what, { taskId: id });
}

/** The supervisor of a pod of some stage1 runs in the root of the host, and its app elsewhere. */
async function requireOwnRoot(taskId: string, root: FileHandle): Promise<void> {
  const host = await open('/', O_PATH);
  try {
    const [ours, its] = await Promise.all([host.stat(), root.stat()]);
    if (ours.dev !== its.dev || ours.ino !== its.ino) return;
  } finally {
    await host.close();
  }
  const what = `The root of task "${taskId}" cannot be reached from outside: its stage1 keeps it to itself; use exec with tar`;
  throw new RktError('RKT_ERR_COPY', what, { taskId });
}

/** What the id 0 of a user namespace is outside: the first line of the map is `0 OUTER COUNT`. */
function outerId(pid: number, map: string): number {
  const [, outer] = /^\s*0\s+(\d+)/.exec(readFileSync(`/proc/${pid}/${map}`, 'utf8')) ?? [];
  return Number(outer ?? 0);
}
