import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

import { NEVER, firstValueFrom, fromEvent, race, timer, type Observable } from 'rxjs';

import { RktError } from '../model/rkt-error.ts';
import { reasonOf } from '../model/reason-of.ts';
import { signalNumber } from '../model/signals.ts';
import type { ProcessEnd, SpawnedProcess } from '../rkt/spawned-process.ts';
import type { OpsContext } from './ops-context.ts';
import { checkDuration } from './check-duration.ts';
import { enterTask, type RefusedCommand } from './enter-command.ts';
import { killTree } from './kill-tree.ts';
import { onlyStandardStreams } from './only-standard-streams.ts';
import { followSize, inTerminal, terminalOfScript, type TerminalSize } from './terminal.ts';

export interface ExecStreamingOptions {
  readonly cmd: readonly string[];
  /** Allocates a terminal: stdout and stderr are then one stream, and lines end in CR LF. */
  readonly tty?: boolean;
  readonly stdin?: Readable;
  readonly stdout?: Writable;
  readonly stderr?: Writable;
  /** Sizes of the terminal, the first one and every change. */
  readonly resize?: Observable<TerminalSize>;
  /**
   * How long to wait, after the command has exited, for other holders of its outputs, such as background processes;
   * default 5000. Then the outputs are closed, after everything written so far.
   */
  readonly lingerMs?: number;
  /** Kills the command. */
  readonly signal?: AbortSignal;
}

export interface ExecResult {
  /** 128 + n after signal n. */
  readonly exitCode: number;
  readonly signal?: number;
}

/** Enough for a background process of a script to finish its last line; a daemon is not waited for. */
const DEFAULT_LINGER_MS = 5_000;

/**
 * As in the shim: a command inherits neither the OOM score of the driver nor its umask or inheritable capabilities.
 * `$0` is the score.
 */
const OF_ITS_OWN = `umask 022
echo "$0" 2>/dev/null >/proc/self/oom_score_adj
while read -r key uid _ && [ "$key" != Uid: ]; do :; done </proc/self/status
while read -r key inheritable && [ "$key" != CapInh: ]; do :; done </proc/self/status
case $uid,$inheritable in 0,*[!0]*) set -- setpriv --inh-caps=-all -- "$@" ;; esac
[ -z "\${RKT_STREAMS_CPUS-}" ] || taskset -pc "$RKT_STREAMS_CPUS" "$$" >/dev/null 2>&1
unset RKT_STREAMS_CPUS
exec "$@"`;

/**
 * Runs a command in a task with connected streams. It ends with the command: with a terminal immediately, else when
 * no process holds its outputs any more, at the latest after `lingerMs`. The given writables are not ended.
 *
 * @throws {@link RktError} RKT_ERR_TASK_NOT_FOUND, RKT_ERR_TASK_NOT_RUNNING, RKT_ERR_EXEC_COMMAND, or
 * RKT_ERR_EXEC_STREAM when one of the given streams breaks, after which the command was killed
 */
export async function execTaskStreaming(
  ctx: OpsContext,
  taskId: string,
  options: ExecStreamingOptions,
): Promise<ExecResult> {
  const { cmd, tty = false, signal } = options;
  const lingerMs = checkDuration('lingerMs of an exec', options.lingerMs ?? DEFAULT_LINGER_MS);
  const task = ctx.registry.require(taskId);
  const runner = await ctx.runner();
  const entered = await enterTask(ctx, runner, task, cmd);
  if ('exitCode' in entered) return refused(entered, options);
  const { argv: words, env } = entered;
  const score = String(task.spec.resources.oomScoreAdj ?? 0);
  const argv = ['/bin/sh', '-c', OF_ITS_OWN, score, ...onlyStandardStreams(words)];
  const child = await runner.spawn(tty ? inTerminal(argv) : argv, {
    env,
    stdin: tty || options.stdin ? 'pipe' : 'ignore',
    stdout: 'pipe',
    stderr: 'pipe',
  });
  let hasEnded = false;
  void child.exit.finally(() => (hasEnded = true));
  // The terminal is a separate session, and a command may ignore that its terminal is closed.
  const kill = (): void => {
    if (hasEnded) return;
    void killTree(child.pid)
      .catch(() => undefined)
      .finally(() => child.killGroup('SIGKILL'));
  };
  signal?.addEventListener('abort', kill, { once: true });
  if (signal?.aborted === true) kill();
  const sizes =
    tty && options.resize
      ? followSize(runner, () => terminalOfScript(child.pid), {
          sizes$: options.resize,
          scheduler: ctx.scheduler,
          onError: () => child.killGroup('SIGKILL'),
        })
      : undefined;
  try {
    return execResult(await connected(child, options, () => lingering(ctx, lingerMs, signal)));
  } catch (cause) {
    kill();
    const why = reasonOf(cause);
    throw new RktError(
      'RKT_ERR_EXEC_STREAM',
      `A stream of ${shownCommand(cmd)} in task "${taskId}" broke: ${why}`,
      { taskId, cause },
    );
  } finally {
    sizes?.unsubscribe();
    signal?.removeEventListener('abort', kill);
  }
}

/** What a shell does for a command that it cannot execute. */
async function refused(
  { exitCode, message }: RefusedCommand,
  { tty = false, stdout, stderr }: ExecStreamingOptions,
): Promise<ExecResult> {
  const line = `rkt-streams: ${message}`;
  const output = tty ? stdout : stderr;
  if (output !== undefined)
    await pipeline(Readable.from([tty ? `${line}\r\n` : `${line}\n`]), output, { end: false });
  return { exitCode };
}

/** The program of a command; its arguments may contain secrets. */
export function shownCommand([program = '', ...args]: readonly string[]): string {
  return `"${program}"${args.length === 0 ? '' : ` with ${args.length} ${args.length === 1 ? 'argument' : 'arguments'}`}`;
}

/** Resolves when the command has exited and its output is delivered. */
async function connected(
  child: SpawnedProcess,
  options: ExecStreamingOptions,
  linger: () => Promise<unknown>,
): Promise<ProcessEnd> {
  const fed = feed(child, options.stdin);
  try {
    const drained = Promise.all([drain(child.stdout, options.stdout), drain(child.stderr, options.stderr)]);
    const end = await Promise.race([child.exit, fed.broken, failureOf(drained)]);
    await Promise.race([linger(), drained, fed.broken]);
    await Promise.race([Promise.all([child.release(), drained]), fed.broken]);
    return end;
  } finally {
    fed.stop();
  }
}

function failureOf(work: Promise<unknown>): Promise<never> {
  return new Promise((_, reject) => void work.catch(reject));
}

/** Waits for the timeout, or until the command is aborted. */
async function lingering(
  { scheduler }: Pick<OpsContext, 'scheduler'>,
  lingerMs: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  if (lingerMs === 0 || signal?.aborted === true) return;
  const abort$ = signal === undefined ? NEVER : fromEvent(signal, 'abort');
  await firstValueFrom(race(timer(lingerMs, scheduler), abort$));
}

/** Connects stdin. A command may exit before it has read everything. */
function feed(
  child: SpawnedProcess,
  stdin: Readable | undefined,
): { readonly broken: Promise<never>; readonly stop: () => void } {
  let reject = (_error: Error): void => undefined;
  const broken = new Promise<never>((_, fail) => (reject = fail));
  child.stdin?.on('error', () => stdin?.unpipe());
  if (stdin !== undefined && child.stdin !== undefined) stdin.on('error', reject).pipe(child.stdin);
  return {
    broken,
    stop: () => stdin?.off('error', reject).unpipe(),
  };
}

async function drain(from: Readable | undefined, to: Writable | undefined): Promise<void> {
  if (from === undefined) return;
  if (to === undefined) {
    from.resume();
    return;
  }
  await pipeline(from, to, { end: false });
}

function execResult({ exitCode, signal }: ProcessEnd): ExecResult {
  const number = signal === undefined ? undefined : signalNumber(signal);
  return number === undefined ? { exitCode: exitCode ?? 0 } : { exitCode: 128 + number, signal: number };
}
