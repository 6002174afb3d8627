import { CALLED_COMMANDS } from '../model/called-command.ts';
import { RktError } from '../model/rkt-error.ts';
import { reasonOf } from '../model/reason-of.ts';
import { commandNotStarted } from './failure.ts';
import {
  outputOf,
  watchLimits,
  type CommandEnd,
  type Ending,
  type Executed,
  type LimitedOptions,
} from './command-outcome.ts';
import type { RktOutput } from './command-options.ts';
import { startCommandWorker, type CommandWorker } from './command-worker.ts';
import { createWorkerPool, type WorkerPool } from './worker-pool.ts';

/** The options of a command that makes a script. */
export type ScriptOptions = LimitedOptions & { readonly umask: string };

/** Calls commands of the embedded rkt in this process. */
export interface Caller {
  /**
   * Runs a command in a worker, with the output, exit code and timeout of a process.
   *
   * @returns undefined for one that has to be run as a process; it has changed nothing
   * @throws {@link RktError} as for a process
   */
  readonly call: (
    executed: Executed,
    args: readonly string[],
    options: LimitedOptions,
  ) => Promise<RktOutput | undefined>;
  /**
   * The shell script by which a command becomes an app with this umask, given in octal.
   *
   * @returns undefined where a process is to do it, which also prints what is wrong
   */
  readonly script: (args: readonly string[], options: ScriptOptions) => Promise<string | undefined>;
  readonly close: () => Promise<void>;
}

/** Measured with 16 lives at once on two cores: one and four are slower. Each has a heap of its own. */
const WORKERS = 2;
/** A slow command must not delay all others. */
const PATIENCE_MS = 250;
const IDLE_MS = 10_000;

/** A caller whose workers have `entry` as their program, and `env` as the environment of their children. */
export function createCaller(entry: string, env: Readonly<Record<string, string>>): Caller {
  const pool = createWorkerPool({
    start: () => startCommandWorker(entry, env),
    size: WORKERS,
    patienceMs: PATIENCE_MS,
    idleMs: IDLE_MS,
  });
  return {
    call: (executed, args, options) => call(pool, executed, args, options),
    script: (args, options) => scriptOf(pool, args, options),
    close: pool.close,
  };
}

/** Whether the arguments of rkt name a command that can be called, and not one that becomes an app or fetches. */
export function canBeCalled(args: readonly string[]): boolean {
  const [first = '', second = ''] = args.filter((word) => !word.startsWith('-'));
  return CALLED_COMMANDS.has(first === 'image' ? `${first} ${second}` : first);
}

async function call(
  pool: WorkerPool,
  executed: Executed,
  args: readonly string[],
  options: LimitedOptions,
): Promise<RktOutput | undefined> {
  try {
    return await pool.use((worker) => callIn(worker, executed, args, options));
  } catch (error) {
    if (error instanceof RktError || options.signal?.aborted === true) throw error;
    throw commandNotStarted({ command: executed.command, durationMs: 0, cause: error }, reasonOf(error));
  }
}

async function callIn(
  worker: CommandWorker,
  executed: Executed,
  args: readonly string[],
  options: LimitedOptions,
): Promise<RktOutput | undefined> {
  const startedAt = performance.now();
  const { end, ending } = await limitedCall(worker, args, options);
  if (end === undefined) return undefined;
  return outputOf({ executed, ending, durationMs: performance.now() - startedAt, end }, options);
}

async function scriptOf(
  pool: WorkerPool,
  args: readonly string[],
  options: ScriptOptions,
): Promise<string | undefined> {
  const { end } = await pool.use((worker) => limitedCall(worker, args, options));
  return end?.exitCode === 0 && end.stdout + end.stderr === '' ? end.script : undefined;
}

async function limitedCall(
  worker: CommandWorker,
  args: readonly string[],
  options: LimitedOptions & Partial<ScriptOptions>,
): Promise<{ readonly end: CommandEnd | undefined; readonly ending: Ending | undefined }> {
  options.signal?.throwIfAborted();
  const { umask } = options;
  const command = { argv: args, env: options.env ?? {}, cwd: process.cwd() };
  const running = worker.call(umask === undefined ? command : { ...command, umask });
  const limits = watchLimits(running.kill, options);
  const end = await running.end;
  return { end, ending: limits.stop() };
}
