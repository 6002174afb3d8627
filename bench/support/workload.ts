import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { createInterface } from 'node:readline/promises';
import { fileURLToPath } from 'node:url';
import { dirname } from 'node:path';

import { detectCgroups } from '../../src/sources/cgroup/cgroups.ts';
import { closedOnInterrupt } from './interrupt.ts';

/** Many sleeping processes, each in cgroups of its own, as a driver would have made them. */
export interface Workload {
  readonly parent: string;
  readonly count: number;
  readonly pids: readonly number[];
  /** The cgroup directories of the nth process. */
  paths(index: number): readonly string[];
  /** Ends the processes and removes the cgroups; also happens when this process dies. */
  close(): Promise<void>;
}

export interface WorkloadOptions {
  /** Every so manieth process works a few ms a second; none by default. */
  readonly everyNthIsBusy?: number;
}

const KEEPER = fileURLToPath(new URL('workload.sh', import.meta.url));
/** No default metric comes from these hierarchies; leaving them out makes a workload in half the time. */
const UNREAD = new Set(['blkio', 'freezer', 'pids']);
let workloads = 0;

/** @throws Error when this machine does not let us make cgroups */
export async function openWorkload(
  count: number,
  { everyNthIsBusy = 0 }: WorkloadOptions = {},
): Promise<Workload> {
  workloads += 1;
  const parent = `rkt-streams-bench-${process.pid}-${workloads}`;
  const cgroups = await detectCgroups({ parent });
  const paths = (index: number): readonly string[] =>
    cgroups.pathsFor(`t${index}`, {}).filter((path) => !path.split('/').some((part) => UNREAD.has(part)));
  const parents = paths(0).map((path) => dirname(path));
  if (parents.length === 0) throw new Error('A workload needs root and a writable cgroup hierarchy');
  const keeper = spawn('/bin/sh', [KEEPER, String(count), String(everyNthIsBusy), ...parents], {
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const ended = once(keeper, 'exit');
  const complaints = text(keeper.stderr);
  for await (const line of createInterface(keeper.stdout)) {
    const pids = line.trim().split(' ').map(Number);
    return {
      parent,
      count,
      pids,
      paths,
      close: closedOnInterrupt(async () => {
        keeper.stdin.end();
        await ended;
      }),
    };
  }
  throw new Error(`Could not make a workload: ${await complaints}`);
}

/** Makes a workload, does something with it and removes it. */
export async function withWorkload<T>(
  count: number,
  use: (workload: Workload) => Promise<T>,
  options?: WorkloadOptions,
): Promise<T> {
  const workload = await openWorkload(count, options);
  try {
    return await use(workload);
  } finally {
    await workload.close();
  }
}
