import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { PassThrough, type Readable, type Writable } from 'node:stream';

import { closeEmptied } from './close-emptied.ts';
import { signalGroup } from './process-group.ts';

/** The kind of a standard stream of a child: none, a pipe to this process, or one of its descriptors. */
export type StreamTarget = 'ignore' | 'pipe' | number;

/** How {@link RktRunner.spawn} starts a long-lived process. Streams are `ignore` by default. */
export interface SpawnOptions {
  readonly cwd?: string;
  /** Added to the runner's environment. */
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: StreamTarget;
  readonly stdout?: StreamTarget;
  readonly stderr?: StreamTarget;
  /** Descriptors 3, 4, … */
  readonly more?: readonly StreamTarget[];
  /** Default true: a separate session and process group, and the process outlives this one. */
  readonly detached?: boolean;
}

/** How a process exited: exactly one of the two is set. */
export interface ProcessEnd {
  readonly exitCode?: number;
  readonly signal?: NodeJS.Signals;
}

/** A running process; its output is not buffered without bound. */
export interface SpawnedProcess {
  readonly pid: number;
  /** Present if the stream is a pipe. */
  readonly stdin?: Writable;
  readonly stdout?: Readable;
  readonly stderr?: Readable;
  /** By descriptor number, the standard ones included. */
  readonly stdio: readonly (Readable | Writable | null | undefined)[];
  /** When the process itself has exited; another process may still hold its pipes. */
  readonly exit: Promise<ProcessEnd>;
  /** When it has exited and all its pipes are closed by every holder. */
  readonly closed: Promise<ProcessEnd>;
  /** Ends stdout and stderr after what has been written so far, even if another process holds the other end. */
  release(): Promise<void>;
  /** Signals the process alone; false when it is gone. */
  kill(signal?: NodeJS.Signals): boolean;
  /** Signals its process group (only when detached); false when it is gone. */
  killGroup(signal?: NodeJS.Signals): boolean;
  /** Allows this process to exit before that one. */
  unref(): void;
}

/** Wraps a child whose `spawn` event is still to come or just came. */
export function spawnedProcess(child: ChildProcess, pid: number, detached: boolean): SpawnedProcess {
  // Without a reader, the data of a pipe would be drained and lost; these streams keep it until it is read.
  const stdout = child.stdout?.pipe(new PassThrough());
  const stderr = child.stderr?.pipe(new PassThrough());
  const [, , , ...more] = child.stdio;
  return {
    pid,
    ...(child.stdin === null ? {} : { stdin: child.stdin }),
    ...(stdout === undefined ? {} : { stdout }),
    ...(stderr === undefined ? {} : { stderr }),
    stdio: [child.stdin, stdout, stderr, ...more],
    exit: ending(child, 'exit'),
    closed: ending(child, 'close'),
    release: async () => {
      await Promise.all([closeEmptied(child.stdout, stdout), closeEmptied(child.stderr, stderr)]);
    },
    kill: (signal = 'SIGTERM') => child.kill(signal),
    killGroup: (signal = 'SIGTERM') => (detached ? signalGroup(pid, signal) : child.kill(signal)),
    unref: () => child.unref(),
  };
}

async function ending(child: ChildProcess, event: 'exit' | 'close'): Promise<ProcessEnd> {
  const [exitCode, signal] = (await once(child, event)) as [number | null, NodeJS.Signals | null];
  if (signal !== null) return { signal };
  return exitCode === null ? {} : { exitCode };
}
