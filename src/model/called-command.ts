/**
 * Commands of the embedded rkt that a driver calls in a worker thread instead of starting a process. Each is short and
 * becomes no app; one that turns out to need the network or to import an image ends with `process-required`.
 */
export const CALLED_COMMANDS: ReadonlySet<string> = new Set([
  'cat-manifest',
  'config',
  'image cat-manifest',
  'image list',
  'image rm',
  'list',
  'prepare',
  'rm',
  'status',
  'stop',
  'version',
]);

/** Commands that end as an app: a worker makes the shell script that becomes it, for a process of the caller. */
export const SCRIPTED_COMMANDS: ReadonlySet<string> = new Set(['run-prepared']);

/** The variable with the file into which `prepare` of the embedded rkt writes the UUID of a pod before it makes it. */
export const POD_FILE_VARIABLE = 'RKT_STREAMS_POD_FILE';

/** One command for a worker: what a process would be started with. */
export interface CalledCommand {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** Given for a command of {@link SCRIPTED_COMMANDS}: the umask of its app, octal. */
  readonly umask?: string;
}

/** What a worker reports. */
export type CalledReport =
  /** It has loaded; `thread` is its id in the kernel. */
  | { readonly kind: 'ready'; readonly thread: number }
  | { readonly kind: 'output'; readonly stream: 'stdout' | 'stderr'; readonly text: string }
  | { readonly kind: 'script'; readonly text: string }
  /** The command has ended. A worker that is not clean must serve no other one. */
  | { readonly kind: 'end'; readonly exitCode: number; readonly isClean: boolean }
  /** The command has changed nothing, and must be run as a process. */
  | { readonly kind: 'process-required' };
