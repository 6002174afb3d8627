import { readlinkSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { parentPort } from 'node:worker_threads';

import type { CalledCommand, CalledReport } from '../model/called-command.ts';
import { runRkt } from './command-line/run-rkt.ts';
import { ProcessRequired, unexpectedFailure } from './embedded-context.ts';

const FAILURE = 254;
/** Handles of children and pipes are closed in the turns of the event loop after their end. */
const CLOSING_TURNS = 20;

function send(report: CalledReport): void {
  parentPort?.postMessage(report);
}

function print(stream: 'stdout' | 'stderr', text: string): void {
  // What a pipe does to a string: unpaired surrogates are replaced.
  send({ kind: 'output', stream, text: Buffer.from(text).toString() });
}

/** As in a process of its own: one line and the exit code of a failure; then this thread ends. */
function endOn(error: unknown): never {
  print('stderr', `rkt: ${unexpectedFailure(error).describe(false)}\n`);
  send({ kind: 'end', exitCode: FAILURE, isClean: false });
  process.exit(FAILURE);
}

/** Runs one command; its caller sends the next after the report of its end. */
async function serve({ umask, ...command }: CalledCommand): Promise<void> {
  const before = process.getActiveResourcesInfo().length;
  try {
    const exitCode = await runRkt({
      ...{ ...command, isCalled: true },
      ...(umask === undefined ? {} : { umask, launch: (text: string) => send({ kind: 'script', text }) }),
      uid: process.getuid?.() ?? 0,
      stdout: (text) => print('stdout', text),
      stderr: (text) => print('stderr', text),
    });
    send({ kind: 'end', exitCode, isClean: await hasClosed(before) });
  } catch (error) {
    if (!(error instanceof ProcessRequired)) endOn(error);
    send({ kind: 'process-required' });
  }
}

/** False for a command that has left a timer, a connection or a child behind. A process would wait for it. */
async function hasClosed(before: number): Promise<boolean> {
  for (let turn = 0; turn < CLOSING_TURNS; turn += 1) {
    if (process.getActiveResourcesInfo().length <= before) return true;
    await setImmediate();
  }
  return false;
}

/** The entry of a worker thread in which a driver calls the embedded rkt. */
process.on('uncaughtException', endOn);
parentPort?.on('message', (command: CalledCommand) => void serve(command));
send({ kind: 'ready', thread: Number(readlinkSync('/proc/thread-self').split('/').at(-1)) });
