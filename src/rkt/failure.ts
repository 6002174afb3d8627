import type { ErrorCode } from '../model/error-catalogue.ts';
import { exhaustionCode, exhaustionInText } from '../model/exhaustion.ts';
import { RktError, type RktErrorDetails } from '../model/rkt-error.ts';
import { withoutSecrets } from '../model/secret-words.ts';

const STDERR_TAIL_BYTES = 2_048;

/** The outcome of a failed command line. */
export interface FailedCommand {
  /** Without the values of variables and the arguments of apps. */
  readonly command: readonly string[];
  readonly durationMs: number;
  readonly exitCode?: number;
  readonly stderr?: string;
  /** Secrets that must not be quoted from stderr. */
  readonly secrets?: readonly string[];
  readonly cause?: unknown;
}

/** The message of rkt for an unknown pod, with and without `--debug`. */
const POD_UNKNOWN =
  /(?:problem retrieving pod|cannot get pod|unable to resolve UUID)[^]*no matches found for |^rm: pod "[^"]*" has been removed$/m;

/** rkt exited with a code that the caller did not expect. */
export function commandFailed(failed: FailedCommand, outcome: string): RktError {
  const stderr = failed.stderr ?? '';
  const code = POD_UNKNOWN.test(stderr)
    ? 'RKT_ERR_POD_NOT_FOUND'
    : (exhaustionInText(stderr) ?? 'RKT_ERR_RKT_FAILED');
  return failure(code, failed, `${outcome} after ${rounded(failed)} ms: ${lastWords(shownStderr(failed))}`);
}

/** rkt did not exit in time and was killed with its process group. */
export function commandTimedOut(failed: FailedCommand): RktError {
  return failure('RKT_ERR_RKT_TIMEOUT', failed, `did not exit within ${rounded(failed)} ms and was killed`);
}

/** The caller's signal aborted. */
export function commandAborted(failed: FailedCommand): RktError {
  return failure('RKT_ERR_RKT_FAILED', failed, `was aborted after ${rounded(failed)} ms`);
}

/** The output of rkt exceeded its limit. */
export function commandFlooded(failed: FailedCommand, limitBytes: number): RktError {
  return failure('RKT_ERR_RKT_OUTPUT', failed, `printed more than ${limitBytes} bytes and was killed`);
}

/** The program could not be executed at all. */
export function commandNotStarted(failed: FailedCommand, reason: string): RktError {
  const code = exhaustionCode(failed.cause) ?? 'RKT_ERR_RKT_MISSING';
  return failure(code, failed, `could not be executed: ${reason}`);
}

/**
 * The error for output of an unexpected form; quotes its beginning, so it is not for output that can contain secrets.
 */
export function unexpectedOutput(what: string, text: string): RktError {
  const shown = text.length > 200 ? `${text.slice(0, 200)}…` : text;
  return new RktError('RKT_ERR_RKT_OUTPUT', `${what} is not what rkt prints: ${JSON.stringify(shown)}`);
}

/** `error` with a more specific code. */
export function recoded(
  error: RktError,
  code: ErrorCode,
  tried: string,
  more: Pick<RktErrorDetails, 'recoverable'> = {},
): RktError {
  const what = `${tried}: ${lastWords(error.details.stderr ?? '')}`;
  return new RktError(code, what, { ...error.details, ...more, cause: error });
}

/** The same error, now known to be recoverable by another try. */
export function retryable(error: RktError): RktError {
  return new RktError(error.code, error.what, { ...error.details, recoverable: true, cause: error });
}

/** The complete stderr of rkt, secrets included: only for detecting what has happened. */
export function rawStderr(error: RktError): string {
  return written.get(error) ?? '';
}

const written = new WeakMap<RktError, string>();

function failure(code: ErrorCode, failed: FailedCommand, what: string): RktError {
  const error = new RktError(code, `${shownCommand(failed.command)} ${what}`, {
    command: failed.command,
    durationMs: failed.durationMs,
    ...(failed.exitCode === undefined ? {} : { exitCode: failed.exitCode }),
    ...(failed.stderr === undefined ? {} : { stderr: tail(shownStderr(failed)) }),
    ...(failed.cause === undefined ? {} : { cause: failed.cause }),
  });
  written.set(error, failed.stderr ?? '');
  return error;
}

function shownStderr({ stderr = '', secrets = [] }: FailedCommand): string {
  return withoutSecrets(stderr, secrets);
}

function tail(text: string): string {
  const bytes = Buffer.from(text);
  return bytes.length <= STDERR_TAIL_BYTES ? text : bytes.subarray(-STDERR_TAIL_BYTES).toString();
}

/** The end of stderr on one line; the note about a missing group is not a cause. */
function lastWords(stderr: string): string {
  const lines = stderr
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.includes('group "rkt" not found'));
  const words = lines.slice(-3).join(' · ');
  if (words === '') return 'it printed nothing to stderr';
  return words.length > 400 ? `…${words.slice(-400)}` : words;
}

function shownCommand(command: readonly string[]): string {
  const text = command.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : JSON.stringify(word))).join(' ');
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
}

function rounded(failed: FailedCommand): number {
  return Math.round(failed.durationMs);
}
