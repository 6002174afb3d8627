import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { createInterface } from 'node:readline/promises';
import { fileURLToPath } from 'node:url';
import { dirname } from 'node:path';

import { detectCgroups } from '../../src/sources/cgroup/cgroups.ts';
import { closedOnInterrupt } from './interrupt.ts';

/** Many sleeping processes, each in cgroups of its own, as a driver would have made them. */
export interface Fleet {
  readonly parent: string;
  readonly count: number;
  readonly pids: readonly number[];
  /** The cgroup directories of the nth process. */
  paths(index: number): readonly string[];
  /** Ends the processes and removes the cgroups; also happens when this process dies. */
  close(): Promise<void>;
}

export interface FleetOptions {
  /** Every so manieth process works a few ms a second; none by default. */
  readonly everyNthIsBusy?: number;
}

const KEEPER = fileURLToPath(new URL('fleet.sh', import.meta.url));
/** No default figure comes from these hierarchies; leaving them out makes a fleet in half the time. */
const UNREAD = new Set(['blkio', 'freezer', 'pids']);
let fleets = 0;

/** @throws Error when this machine does not let us make cgroups */
export async function openFleet(count: number, { everyNthIsBusy = 0 }: FleetOptions = {}): Promise<Fleet> {
  fleets += 1;
  const parent = `rkt-streams-bench-${process.pid}-${fleets}`;
  const cgroups = await detectCgroups({ parent });
  const paths = (index: number): readonly string[] =>
    cgroups.pathsFor(`t${index}`, {}).filter((path) => !path.split('/').some((part) => UNREAD.has(part)));
  const parents = paths(0).map((path) => dirname(path));
  if (parents.length === 0) throw new Error('A fleet needs root and a writable cgroup hierarchy');
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
  throw new Error(`Could not make a fleet: ${await complaints}`);
}

/** Makes a fleet, does something with it and removes it. */
export async function withFleet<T>(
  count: number,
  use: (fleet: Fleet) => Promise<T>,
  options?: FleetOptions,
): Promise<T> {
  const fleet = await openFleet(count, options);
  try {
    return await use(fleet);
  } finally {
    await fleet.close();
  }
}
