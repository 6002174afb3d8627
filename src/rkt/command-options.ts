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

/** Makes another command line of one. */
export type Wrap = (argv: readonly string[]) => readonly string[];

/** Common options of all functions that use a runner. */
export interface CallOptions {
  /** Starts with the process, without the time in the queue. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** Wraps the command line into another one, such as `nsenter --mount=…`: the command needs a process. */
  readonly wrap?: Wrap;
  /** The same where the command is a process, which may outlive this one. */
  readonly wrapProcess?: Wrap;
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
