import { spawn } from 'node:child_process';
import { once } from 'node:events';

import { RktError } from '../model/rkt-error.ts';
import { shownWords } from '../model/secret-words.ts';
import { canBeCalled, createCaller } from './call-in-worker.ts';
import { commandLine, programOf, shownCause } from './command-line.ts';
import type { LimitedOptions } from './command-outcome.ts';
import { filteredEnvironment } from './filtered-environment.ts';
import { commandAborted, commandNotStarted } from './failure.ts';
import { createWorkQueue } from './queue.ts';
import type { RktBinary } from './found-binary.ts';
import type { RktOutput, RunOptions } from './command-options.ts';
import { runProcess } from './run-process.ts';
import { startProcess } from './start-process.ts';
import { spawnedProcess, type SpawnOptions, type SpawnedProcess } from './spawned-process.ts';

/**
 * Runs rkt with limited concurrency, each command with a timeout: as a process in a separate process group, or, where
 * the embedded rkt of this package can do it, as a call in a worker thread. The result is the same.
 */
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
   * The shell script by which a command of the embedded rkt becomes an app with the umask 022. It contains secrets.
   *
   * @returns undefined where the command has to be run as a process, which also prints what is wrong
   */
  launchScript(args: readonly string[], env: Readonly<Record<string, string>>): Promise<string | undefined>;
  /**
   * Starts any command line and leaves it running, without queue and timeout.
   *
   * @throws {@link RktError} RKT_ERR_RKT_MISSING when it cannot be executed
   */
  spawn(argv: readonly string[], options?: SpawnOptions): Promise<SpawnedProcess>;
  /** Ends idle workers, and from now on each one after its command. */
  close(): Promise<void>;
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

const APP_UMASK = '0022';

export function createRktRunner(options: RktRunnerOptions): RktRunner {
  const { binary, timeoutMs = 60_000, concurrency = 4, env = filteredEnvironment(process.env) } = options;
  const globalArgs = options.dir === undefined ? [] : [`--dir=${options.dir}`];
  const queue = createWorkQueue(concurrency);
  const stats = { calls: 0, failures: 0, totalMs: 0 };

  const caller = binary.worker === undefined ? undefined : createCaller(binary.worker, env);

  const execute = async (args: readonly string[], call: LimitedOptions): Promise<RktOutput> => {
    const { wrap, wrapProcess, cwd } = call;
    const program = { binary, globalArgs };
    if (caller !== undefined && wrap === undefined && cwd === undefined && canBeCalled(args)) {
      const line = commandLine(program, args, call);
      const output = await caller.call(line, [...globalArgs, ...args], {
        ...call,
        env: { ...env, ...call.env },
      });
      if (output !== undefined) return output;
    }
    const { env: more, ...line } = commandLine(
      program,
      args,
      wrap === undefined ? { ...call, wrap: wrapProcess } : call,
    );
    return runProcess(line, { ...call, env: { ...env, ...more, ...call.env } });
  };

  const run = async (args: readonly string[], call: RunOptions = {}): Promise<RktOutput> => {
    const startedAt = performance.now();
    stats.calls += 1;
    try {
      return await queue.run(() => execute(args, { timeoutMs, ...call }), call.signal);
    } catch (error) {
      stats.failures += 1;
      if (error instanceof RktError || call.signal?.aborted !== true) throw error;
      const durationMs = performance.now() - startedAt;
      const { command } = commandLine({ binary, globalArgs }, args, call);
      throw commandAborted({ command, durationMs, cause: error });
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
    launchScript: async (args, more) => {
      const call = { timeoutMs, umask: APP_UMASK, env: { ...env, ...more } };
      return queue.run(async () => caller?.script([...globalArgs, ...args], call));
    },
    close: async () => caller?.close(),
    get queueLength() {
      return queue.length;
    },
    stats,
  };
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
