import { constants } from 'node:os';

import { shownCause, type CommandLine } from './command-line.ts';
import type { RktOutput, RunOptions } from './command-options.ts';
import {
  commandAborted,
  commandFailed,
  commandFlooded,
  commandNotStarted,
  commandTimedOut,
} from './failure.ts';

export const MAX_OUTPUT_BYTES = 16 * 1024 * 1024;
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** The words of a command as they are executed and as they may be shown. */
export type Executed = Pick<CommandLine, 'argv' | 'command' | 'secrets'>;

/** The options of one command, with its timeout. */
export type LimitedOptions = RunOptions & { readonly timeoutMs: number };

/** Why a command was killed. */
export type Ending = 'timeout' | 'aborted';

/** Calls `kill` at the timeout of a command, or when the caller aborts; returns whether that happened. */
export function watchLimits(
  kill: () => void,
  { timeoutMs, signal }: Pick<LimitedOptions, 'timeoutMs' | 'signal'>,
): { stop(): Ending | undefined } {
  let ending: Ending | undefined;
  const end = (why: Ending): void => {
    ending ??= why;
    kill();
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

/** How a command ended: with an exit code or by a signal, or it was not even started. */
export interface CommandEnd {
  readonly exitCode?: number | undefined;
  readonly signal?: NodeJS.Signals | undefined;
  /** It printed more than MAX_OUTPUT_BYTES. */
  readonly isFlood: boolean;
  /** Why there is neither exit code nor signal. */
  readonly reason?: string | undefined;
  readonly cause?: unknown;
  /** The script that becomes the app, of a call. */
  readonly script?: string | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** The outcome of a command, before it is interpreted. */
export interface Outcome {
  readonly executed: Executed;
  readonly ending: Ending | undefined;
  readonly durationMs: number;
  readonly end: CommandEnd;
}

/** The output of a command. @throws RktError for one that failed */
export function outputOf(
  { durationMs, executed, ending, end }: Outcome,
  { okExitCodes = [0], signal: aborter }: RunOptions,
): RktOutput {
  const { command, secrets } = executed;
  const { stdout, stderr, signal } = end;
  const exitCode = end.exitCode ?? (signal === undefined ? undefined : 128 + constants.signals[signal]);
  const failed = { command, secrets, durationMs, stderr, ...(exitCode === undefined ? {} : { exitCode }) };
  if (ending === 'timeout') throw commandTimedOut(failed);
  if (ending === 'aborted') throw commandAborted({ ...failed, cause: aborter?.reason });
  if (end.isFlood) throw commandFlooded(failed, MAX_OUTPUT_BYTES);
  if (exitCode === undefined)
    throw commandNotStarted({ ...failed, cause: shownCause(end.cause) }, end.reason ?? 'unknown reason');
  if (okExitCodes !== 'any' && (signal !== undefined || !okExitCodes.includes(exitCode))) {
    throw commandFailed(failed, signal === undefined ? `exited with ${exitCode}` : `was killed by ${signal}`);
  }
  return { stdout, stderr, exitCode, ...(signal === undefined ? {} : { signal }), durationMs, command };
}
