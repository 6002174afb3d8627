import { readFileSync, readdirSync } from 'node:fs';

/**
 * The processes that a thread of this process has started, each followed by those that it has started itself. The kernel
 * lists children by the thread that forked them.
 */
export function processesOf(thread: number): readonly number[] {
  return childrenOf(`/proc/self/task/${thread}/children`).flatMap(withDescendants);
}

/** Kills processes; those that are gone are no error. */
export function killProcesses(pids: readonly number[]): void {
  for (const pid of pids) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}

function withDescendants(pid: number): readonly number[] {
  const tasks = `/proc/${pid}/task`;
  const children = namesIn(tasks).flatMap((task) => childrenOf(`${tasks}/${task}/children`));
  return [pid, ...children.flatMap(withDescendants)];
}

function childrenOf(file: string): readonly number[] {
  try {
    return readFileSync(file, 'utf8').split(' ').filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}
