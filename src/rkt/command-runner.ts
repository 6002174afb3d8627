import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';

import type { Result } from 'execa';

import { RktError } from '../model/rkt-error.ts';
import { shownWords } from '../model/secret-words.ts';
import { commandLine, programOf, shownCause, type CommandLine } from './command-line.ts';
import { filteredEnvironment } from './filtered-environment.ts';
import {
  commandAborted,
  commandFailed,
  commandFlooded,
  commandNotStarted,
  commandTimedOut,
} from './failure.ts';
import { signalGroup } from './process-group.ts';
import { createWorkQueue } from './queue.ts';
import type { RktBinary } from './found-binary.ts';
import { startProcess } from './start-process.ts';
import { spawnedProcess, type SpawnOptions, type SpawnedProcess } from './spawned-process.ts';

const MAX_OUTPUT_BYTES = 16 * 1024 * 1024;
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** The result of a command. */
export interface RktOutput {
  readonly stdout: string;
  readonly stderr: string;
  /** 128 + n after signal n, which `signal` then names. */
  readonly exitCode: number;
  readonly signal?: NodeJS.Signals;
  readonly durationMs: number;
  /** The command line as it may be shown. */
  readonly command: readonly string[];
}

/** Common options of all functions that use a runner. */
export interface CallOptions {
  /** Starts with the process, without the time in the queue. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** Wraps the command line into another one, such as `nsenter --mount=…`. */
  readonly wrap?: (argv: readonly string[]) => readonly string[];
  /** Added to the runner's environment. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Additional secrets that must not be quoted from stderr. */
  readonly secrets?: readonly string[];
}

/** How one command is run. */
export interface RunOptions extends CallOptions {
  /** Exit codes that are a result; by default only 0. `any` includes exits by signal. */
  readonly okExitCodes?: readonly number[] | 'any';
}

/** Runs rkt: with limited concurrency, each command with a timeout and in a separate process group. */
export interface RktRunner {
  readonly binary: RktBinary;
  /** Flags in front of every subcommand, such as `--dir=…`. */
  readonly globalArgs: readonly string[];
  /**
   * Runs one rkt command to its end.
   *
   * @throws {@link RktError} RKT_ERR_RKT_FAILED, _TIMEOUT, _MISSING, _OUTPUT (too much of it) or RKT_ERR_POD_NOT_FOUND,
   * each with command line, exit code, duration and the last 2 kB of stderr
   */
  run(args: readonly string[], options?: RunOptions): Promise<RktOutput>;
  /**
   * Starts any command line and leaves it running, without queue and timeout.
   *
   * @throws {@link RktError} RKT_ERR_RKT_MISSING when it cannot be executed
   */
  spawn(argv: readonly string[], options?: SpawnOptions): Promise<SpawnedProcess>;
  /** The number of commands in the queue. */
  readonly queueLength: number;
  readonly stats: { readonly calls: number; readonly failures: number; readonly totalMs: number };
}

export interface RktRunnerOptions {
  readonly binary: RktBinary;
  /** rkt's data directory; rkt's own default when absent. */
  readonly dir?: string;
  readonly timeoutMs?: number;
  readonly concurrency?: number;
  /** The environment of every command; default: that of this process without the variables that contain secrets. */
  readonly env?: Readonly<Record<string, string>>;
}

export function createRktRunner(options: RktRunnerOptions): RktRunner {
  const { binary, timeoutMs = 60_000, concurrency = 4, env = filteredEnvironment(process.env) } = options;
  const globalArgs = options.dir === undefined ? [] : [`--dir=${options.dir}`];
  const queue = createWorkQueue(concurrency);
  const stats = { calls: 0, failures: 0, totalMs: 0 };

  const run = async (args: readonly string[], call: RunOptions = {}): Promise<RktOutput> => {
    const { env: more, ...line } = commandLine({ binary, globalArgs }, args, call);
    const environment = { ...env, ...more, ...call.env };
    const startedAt = performance.now();
    stats.calls += 1;
    try {
      return await queue.run(() => execute(line, { timeoutMs, ...call, env: environment }), call.signal);
    } catch (error) {
      stats.failures += 1;
      if (error instanceof RktError || call.signal?.aborted !== true) throw error;
      const durationMs = performance.now() - startedAt;
      throw commandAborted({ command: line.command, durationMs, cause: error });
    } finally {
      stats.totalMs += performance.now() - startedAt;
    }
  };

  return {
    binary,
    globalArgs,
    run,
    spawn: (argv, spawnOptions = {}) =>
      start(argv, { ...spawnOptions, env: { ...env, ...spawnOptions.env } }),
    get queueLength() {
      return queue.length;
    },
    stats,
  };
}

type Executed = Pick<CommandLine, 'argv' | 'command' | 'secrets'>;

async function execute(
  executed: Executed,
  options: RunOptions & { readonly timeoutMs: number },
): Promise<RktOutput> {
  const [file, args] = programOf(executed.argv, executed.command);
  // Loaded for the first command: an agent that only watches starts none.
  const { execa } = await import('execa');
  const startedAt = performance.now();
  const giveUp = new AbortController();
  const child = startProcess(executed.command, () =>
    execa(file, args, {
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      env: options.env ?? {},
      extendEnv: false,
      stdin: 'ignore',
      maxBuffer: MAX_OUTPUT_BYTES,
      stripFinalNewline: false,
      cancelSignal: giveUp.signal,
      killSignal: 'SIGKILL',
      forceKillAfterDelay: false,
      // rkt stop of a fly pod may signal the process group of the process that started rkt, so rkt needs a separate
      // one.
      detached: true,
      cleanup: false,
      reject: false,
    }),
  );
  const limits = watchLimits(child, options, giveUp);
  const result = await child;
  const ending = limits.stop();
  if (result.isMaxBuffer) killAll(child.pid);
  return outputOf({ executed, ending, durationMs: performance.now() - startedAt, result }, options);
}

type Ending = 'timeout' | 'aborted';

/** Kills a command at its timeout or when the caller aborts; returns whether that happened. */
function watchLimits(
  { pid, stdout, stderr }: Pick<ChildProcess, 'pid' | 'stdout' | 'stderr'>,
  { timeoutMs, signal }: { readonly timeoutMs: number; readonly signal?: AbortSignal },
  giveUp: AbortController,
): { stop(): Ending | undefined } {
  let ending: Ending | undefined;
  const end = (why: Ending): void => {
    ending ??= why;
    killAll(pid);
    giveUp.abort();
    // A process that left the group may keep the pipes open, and the result would wait for it.
    stdout?.destroy();
    stderr?.destroy();
  };
  const timer = setTimeout(end, Math.min(timeoutMs, LONGEST_TIMER_MS), 'timeout');
  const onAbort = (): void => end('aborted');
  signal?.addEventListener('abort', onAbort, { once: true });
  return {
    stop: () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      return ending;
    },
  };
}

function killAll(pid: number | undefined): void {
  if (pid !== undefined) signalGroup(pid, 'SIGKILL');
}

/** The outcome of a command, before it is interpreted. */
interface Outcome {
  readonly executed: Executed;
  readonly ending: Ending | undefined;
  readonly durationMs: number;
  readonly result: Pick<Result, 'exitCode' | 'signal' | 'isMaxBuffer' | 'originalMessage' | 'cause'> & {
    readonly stdout: string;
    readonly stderr: string;
  };
}

function outputOf(outcome: Outcome, { okExitCodes = [0], signal: aborter }: RunOptions): RktOutput {
  const { durationMs, executed, result } = outcome;
  const { command, secrets } = executed;
  const { stdout, stderr, signal } = result;
  const exitCode = result.exitCode ?? (signal === undefined ? undefined : 128 + constants.signals[signal]);
  const failed = { command, secrets, durationMs, stderr, ...(exitCode === undefined ? {} : { exitCode }) };
  if (outcome.ending === 'timeout') throw commandTimedOut(failed);
  if (outcome.ending === 'aborted') throw commandAborted({ ...failed, cause: aborter?.reason });
  if (result.isMaxBuffer) throw commandFlooded(failed, MAX_OUTPUT_BYTES);
  if (exitCode === undefined)
    throw commandNotStarted(
      { ...failed, cause: shownCause(result.cause) },
      result.originalMessage ?? 'unknown reason',
    );
  if (okExitCodes !== 'any' && (signal !== undefined || !okExitCodes.includes(exitCode))) {
    throw commandFailed(failed, signal === undefined ? `exited with ${exitCode}` : `was killed by ${signal}`);
  }
  return { stdout, stderr, exitCode, ...(signal === undefined ? {} : { signal }), durationMs, command };
}

async function start(argv: readonly string[], options: SpawnOptions): Promise<SpawnedProcess> {
  const command = shownWords(argv);
  const [file, args] = programOf(argv, command);
  const { stdin = 'ignore', stdout = 'ignore', stderr = 'ignore', more = [], detached = true } = options;
  const startedAt = performance.now();
  // Without execa, which keeps much state for each child and releases it when the child exits. Hundreds of shims may
  // exit at the same time.
  const child = startProcess(command, () =>
    spawn(file, args, {
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      env: options.env ?? {},
      stdio: [stdin, stdout, stderr, ...more],
      detached,
    }),
  );
  if (child.pid === undefined) {
    const [error] = (await once(child, 'error')) as [Error];
    const failed = { command, durationMs: performance.now() - startedAt, cause: shownCause(error) };
    throw commandNotStarted(failed, error.message);
  }
  return spawnedProcess(child, child.pid, detached);
}
