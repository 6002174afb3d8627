import { Worker } from 'node:worker_threads';

import type { CalledCommand, CalledReport } from '../model/called-command.ts';
import { reasonOf } from '../model/reason-of.ts';
import { callInProgress, type CallInProgress } from './call-in-progress.ts';
import type { CommandEnd } from './command-outcome.ts';
import { killProcesses, processesOf } from './thread-children.ts';

/** How long to wait for a thread that does not end; only one that hangs in a call of the kernel takes that long. */
const STUCK_MS = 5_000;
/** How often to kill what a thread waits for while it is being ended. */
const KILL_EVERY_MS = 20;
/** Commands that are called are short; one that needs more memory than this ends its worker. */
const LIMITS = { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 16 };

/** A command in progress. */
export interface RunningCall {
  /** Undefined for a command that has changed nothing and must be run as a process. */
  readonly end: Promise<CommandEnd | undefined>;
  /** Ends the worker with everything the command has started. */
  readonly kill: () => void;
}

/** A thread with the embedded rkt, which runs one command at a time. It keeps this process alive only meanwhile. */
export interface CommandWorker {
  /** False once it must not run another command. */
  readonly isUsable: boolean;
  call(command: CalledCommand): RunningCall;
  /** Ends the thread. */
  close(): Promise<void>;
}

type Environment = Readonly<Record<string, string>>;

/** Starts a thread; what its commands start gets `env` as its environment. */
export function startCommandWorker(entry: string, env: Environment): CommandWorker {
  const worker = newThread(entry, env);
  const state: State = { isUsable: true, isEnding: false, thread: undefined, call: undefined };

  const finish = (end: CommandEnd | undefined): void => {
    state.call?.finish(end);
    state.call = undefined;
    worker.unref();
  };
  const close = async (): Promise<void> => {
    state.isUsable = false;
    state.isEnding = true;
    await endThread(worker, state.thread);
    finish(state.call?.endedWith({ reason: 'its worker was ended' }));
  };
  const kill = (): void => void close();

  worker.on('message', (report: CalledReport) => {
    if (report.kind === 'ready') state.thread = report.thread;
    else if (report.kind === 'output') state.call?.print(report.stream, report.text);
    else if (report.kind === 'script') state.call?.launch(report.text);
    else if (report.kind === 'process-required') finish(undefined);
    else {
      state.isUsable &&= report.isClean;
      finish(state.call?.endedWith({ exitCode: report.exitCode }));
    }
  });
  onUnexpectedExit(worker, state, finish);
  // Warnings of Node; nothing else is written there.
  worker.stderr.on('data', (bytes: Buffer) => state.call?.print('stderr', bytes.toString()));
  worker.stdout.resume();

  return {
    get isUsable() {
      return state.isUsable;
    },
    call: (command) => {
      worker.ref();
      const call = callInProgress(kill);
      state.call = call;
      worker.postMessage(command);
      return { end: call.end, kill };
    },
    close,
  };
}

interface State {
  isUsable: boolean;
  isEnding: boolean;
  /** Its id in the kernel, once it has loaded. */
  thread: number | undefined;
  call: CallInProgress | undefined;
}

function newThread(entry: string, env: Environment): Worker {
  // What NODE_OPTIONS holds for a process may be refused for a thread.
  const { NODE_OPTIONS: _, ...own } = env;
  const worker = new Worker(entry, {
    ...{ env: own, execArgv: [], argv: [], name: 'rkt' },
    ...{ stdin: false, stdout: true, stderr: true, resourceLimits: LIMITS },
  });
  worker.unref();
  return worker;
}

/** A thread that ends by itself fails its command, as a process would that crashes. */
function onUnexpectedExit(worker: Worker, state: State, finish: (end: CommandEnd | undefined) => void): void {
  let problem: unknown;
  worker.on('error', (error) => (problem = error));
  worker.on('exit', (exitCode) => {
    if (state.isEnding) return;
    state.isUsable = false;
    const reason = problem === undefined ? `its worker ended with ${exitCode}` : reasonOf(problem);
    if (state.thread === undefined) {
      finish(state.call?.endedWith({ reason, cause: problem }));
      return;
    }
    state.call?.print('stderr', `rkt: ${reason}\n`);
    finish(state.call?.endedWith({ exitCode: exitCode === 0 ? 1 : exitCode }));
  });
}

/**
 * Ends a thread and the processes that it has started: it may wait for one of them, and would not end before. What it
 * has started is listed first, because its children pass to another thread when it ends.
 */
async function endThread(worker: Worker, thread: number | undefined): Promise<void> {
  const started = thread === undefined ? [] : processesOf(thread);
  const ended = worker.terminate();
  killProcesses(started);
  const kill = setInterval(() => {
    if (thread !== undefined) killProcesses(processesOf(thread));
  }, KILL_EVERY_MS);
  let stuck: NodeJS.Timeout | undefined;
  const givenUp = new Promise<void>((resolve) => (stuck = setTimeout(resolve, STUCK_MS)));
  await Promise.race([ended, givenUp]);
  clearTimeout(stuck);
  clearInterval(kill);
}
