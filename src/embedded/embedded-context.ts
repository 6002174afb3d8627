import { reasonOf } from '../model/reason-of.ts';
import type { ProgressBlock } from './progress-block.ts';

/** Security checks that `--insecure-options` can switch off. */
export type InsecureOption =
  'image' | 'tls' | 'ondisk' | 'http' | 'pubkey' | 'capabilities' | 'paths' | 'seccomp';

/** Bars that are drawn in place on a terminal, or a line for each thing that is done. */
export type ProgressDisplay =
  { readonly style: 'bars'; readonly block: ProgressBlock } | { readonly style: 'lines' };

/** What every command of the embedded rkt gets: the global options, the outside world, and nothing else. */
export interface RktContext {
  /** Data directory, absolute. */
  readonly dir: string;
  readonly debug: boolean;
  readonly insecure: ReadonlySet<InsecureOption>;
  readonly localConfigDir: string;
  readonly systemConfigDir: string;
  readonly userConfigDir: string | undefined;
  readonly trustKeysFromHttps: boolean;
  /** Last word of the command's name (`list` for `image list`): rkt puts it in front of its messages. */
  readonly label: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly uid: number;
  /** The umask of an app, octal; absent: that of this process. */
  readonly umask?: string;
  /** True in a worker of a driver, where a command has no process of its own. */
  readonly isCalled?: boolean;
  /** How progress is shown; absent: not at all. */
  readonly progress?: ProgressDisplay;
  stdout(text: string): void;
  stderr(text: string): void;
  /** Hands a POSIX sh script to the launcher, which execs it after this process has ended with 0. */
  readonly launch?: (script: string) => void;
}

/**
 * An expected failure, printed as `<label>: <message>: <innermost cause>`.
 *
 * With `--debug` the whole chain is printed as a tree. `message` may be empty; `causes` go from outer to inner.
 */
export class RktFailure extends Error {
  readonly causes: readonly string[];
  readonly exitCode: number;
  override readonly name: string = 'RktFailure';

  constructor(message: string, causes: readonly string[] = [], exitCode = 254) {
    super(message);
    this.causes = causes;
    this.exitCode = exitCode;
  }

  /** The text rkt prints for this failure: without the label, without a final newline. */
  describe(debug: boolean): string {
    if (debug)
      return [this.message, ...this.causes.map((cause, i) => `${'  '.repeat(i + 1)}└─${cause}`)].join('\n');
    return [this.message, this.causes.at(-1) ?? ''].filter((part) => part !== '').join(': ');
  }
}

/** A wrong command line: the help goes to stdout and, if there is a message, `Error: <message>` to stderr. */
export class UsageFailure extends RktFailure {
  override readonly name = 'UsageFailure';
}

/** Ends a command that must not be called in a worker of a driver. It has changed nothing yet. */
export class ProcessRequired extends Error {
  override readonly name = 'ProcessRequired';
}

/**
 * To be called before a command uses the network or reads what others have packed: both take long, and neither is to
 * happen in the process of a driver. @throws ProcessRequired in a worker
 */
export function requireProcess({ isCalled }: Pick<RktContext, 'isCalled'>): void {
  if (isCalled === true) throw new ProcessRequired('this command needs a process of its own');
}

/** Puts an outer message around a failure; anything unexpected passes through unchanged. To be thrown. */
export function wrapFailure(error: unknown, outer: string): unknown {
  if (!(error instanceof RktFailure)) return error;
  const inner = error.message === '' ? error.causes : [error.message, ...error.causes];
  return new RktFailure(outer, inner, error.exitCode);
}

/**
 * The same as one message, which is printed whatever is put around it: rkt prints the outermost and the innermost only.
 * To be thrown.
 */
export function prefixFailure(error: unknown, prefix: string): unknown {
  if (!(error instanceof RktFailure)) return error;
  return new RktFailure(`${prefix}: ${error.describe(false)}`, [], error.exitCode);
}

/** An error that no command foresaw, on one line; of the system in Go's words, else marked as a defect of rkt itself. */
export function unexpectedFailure(error: unknown): RktFailure {
  const { syscall = '', path = '' } = error as { syscall?: string; path?: string };
  if (errnoText(error) !== undefined) return new RktFailure(systemErrorText(syscall, path, error));
  return new RktFailure('internal error', [reasonOf(error).replaceAll(/\s*\n\s*/g, ' ')]);
}

/** Prints one line for the user the way rkt does: `<label>: <text>`. */
export function printMessage(ctx: RktContext, text: string, label: string = ctx.label): void {
  ctx.stderr(`${label}: ${text}\n`);
}

const ERRNO_TEXTS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or directory',
  EACCES: 'permission denied',
  EPERM: 'operation not permitted',
  ENOTDIR: 'not a directory',
  EISDIR: 'is a directory',
  EEXIST: 'file exists',
  ENOSPC: 'no space left on device',
  EROFS: 'read-only file system',
  ELOOP: 'too many levels of symbolic links',
  ENAMETOOLONG: 'file name too long',
  EMFILE: 'too many open files',
  ENOTEMPTY: 'directory not empty',
  EBUSY: 'device or resource busy',
  EDQUOT: 'disk quota exceeded',
  EFBIG: 'file too large',
  EINVAL: 'invalid argument',
  EIO: 'input/output error',
  EMLINK: 'too many links',
  EXDEV: 'invalid cross-device link',
};

/** The text Go has for the error of a system call; undefined for other errors. */
export function errnoText(error: unknown): string | undefined {
  const { code } = error as { code?: string };
  return ERRNO_TEXTS[code ?? ''];
}

/** The text Go has for a failed system call, e.g. `open /x: no such file or directory`. */
export function systemErrorText(operation: string, path: string, error: unknown): string {
  return `${operation} ${path}: ${errnoText(error) ?? (error as { message?: string }).message ?? String(error)}`;
}
