import { readdirSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';

import { readKernelFile } from '../../src/sources/kernel-file.ts';

/** What this process holds at one moment. */
export interface ProcessFacts {
  readonly descriptors: number;
  readonly children: number;
  /** Kinds of timers, handles and requests that keep the process alive, each with how many there are. */
  readonly resources: Readonly<Record<string, number>>;
}

export function processFacts(): ProcessFacts {
  const resources: Record<string, number> = {};
  for (const kind of process.getActiveResourcesInfo()) resources[kind] = (resources[kind] ?? 0) + 1;
  return {
    // Reading the directory takes one itself.
    descriptors: readdirSync('/proc/self/fd').length - 1,
    children: childrenOf(process.pid),
    resources,
  };
}

function childrenOf(pid: number): number {
  // A thread may end meanwhile.
  const threads = readdirSync(`/proc/${pid}/task`);
  const lists = threads.map((thread) => readKernelFile(`/proc/${pid}/task/${thread}/children`) ?? '');
  return lists
    .join(' ')
    .split(' ')
    .filter((child) => child.trim() !== '').length;
}

/** Bytes of the heap that are in use, after a collection when node was started with --expose-gc. */
export async function heapBytes(): Promise<number> {
  for (let round = 0; round < 3; round += 1) {
    await nextTurn();
    globalThis.gc?.();
  }
  return process.memoryUsage().heapUsed;
}
