import type { FlagSpec, Flags } from './args.ts';
import type { RktContext } from '../embedded-context.ts';

/** One command of the embedded rkt. Help texts are rkt's own. */
export interface Command {
  /** Full name, e.g. `run-prepared` or `image list`. */
  readonly name: string;
  /** One line, as in the command list of the help. */
  readonly summary: string;
  /** What follows `rkt ` in the USAGE part. */
  readonly usage: string;
  /** Lines of the DESCRIPTION part, if there is one. */
  readonly description?: string;
  readonly flags: readonly FlagSpec[];
  /** False: parsing stops at the first argument that is no flag (run, prepare, fetch, enter). Default true. */
  readonly interspersed?: boolean;
  /** Ends with the exit code, or throws RktFailure. */
  run(ctx: RktContext, flags: Flags, args: readonly string[]): Promise<number>;
}

/** An entry of the command table: enough for the command list, the rest is loaded when needed. */
export interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  readonly load: () => Promise<Command>;
}
