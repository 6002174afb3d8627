import type { ChildProcess } from 'node:child_process';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';

import { reasonOf } from '../model/reason-of.ts';
import { commandNotStarted } from './failure.ts';

/** Node publishes each child here before it is started. */
const CHANNEL = 'child_process';
const NO_DESCRIPTOR = 'EMFILE: no file descriptor left';

/**
 * Starts a process, with or without execa.
 *
 * Without a free descriptor Node returns a child that has no streams and reports the error a moment later. execa
 * accesses the streams before it listens, and the error would end this process.
 *
 * @throws RKT_ERR_RESOURCES, RKT_ERR_RKT_MISSING
 */
export function startProcess<T>(command: readonly string[], start: () => T): T {
  let child: ChildProcess | undefined;
  const onChild = (message: unknown): void => {
    child = (message as { readonly process: ChildProcess }).process;
    child.on('error', () => undefined);
  };
  subscribe(CHANNEL, onChild);
  try {
    return start();
  } catch (error) {
    const hasNoStreams = child !== undefined && (child.stdio as unknown) === undefined;
    const cause = hasNoStreams ? Object.assign(new Error(NO_DESCRIPTOR), { code: 'EMFILE' }) : error;
    throw commandNotStarted({ command, durationMs: 0, cause }, reasonOf(cause));
  } finally {
    unsubscribe(CHANNEL, onChild);
  }
}
