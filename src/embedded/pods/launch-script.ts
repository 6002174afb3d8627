import { quote } from './shell.ts';

/** Exit code of everything rkt itself fails at. */
const FAILURE = 254;

/** Exit code of a launch that found something else where a checked volume, or the place for one, had been. */
export const REPLACED_EXIT = 253;

/**
 * `die` ends the launch with rkt's exit code. `attempt MESSAGE COMMAND…` runs a command, and dies with the message and
 * the first line of what the command said.
 */
const PRELUDE = `
die() {
  printf '%s\\n' "$1" >&2
  exit "\${2:-${FAILURE}}"
}
attempt() {
  doing=$1
  shift
  said=$("$@" 2>&1) && return
  [ "$?" -ne ${REPLACED_EXIT} ] || die "$doing: \${said##*"
"}" ${REPLACED_EXIT}
  said=\${said%%"
"*}
  die "$doing: \${said##*: }"
}
`;

/** A mount before a script begins: the arguments of mount(2), with a target that is relative to the pod. */
export interface EarlyMount {
  readonly source: string;
  readonly target: string;
  readonly type: string;
  readonly flags: number;
  /** A target without options is a directory that is made, and in whose path no link is followed. */
  readonly options?: string;
}

/** Collects the lines of a launch script, a POSIX sh program. */
export class LaunchScript {
  readonly #lines: string[] = [];
  readonly #early: EarlyMount[] = [];
  #takesEarly: boolean;

  /** @param takesEarly whether the first argument of the script is the number of early mounts that were made */
  constructor(takesEarly = false) {
    this.#takesEarly = takesEarly;
  }

  /** In their order. */
  get earlyMounts(): readonly EarlyMount[] {
    return this.#early;
  }

  /** From here on no mount can be early: the next ones need what the script does before. */
  endEarlyMounts(): void {
    this.#takesEarly = false;
  }

  /** Mounts something with lines that do it with mount(8), which are skipped when it was done early. */
  mount(early: EarlyMount, lines: () => void): this {
    if (!this.#takesEarly) {
      lines();
      return this;
    }
    this.#early.push(early);
    this.raw(`[ "$1" -ge ${this.#early.length} ] || {`);
    lines();
    return this.raw('}');
  }

  /** A command line of words that are quoted as needed; its failure goes unnoticed. */
  run(...words: readonly string[]): this {
    return this.raw(words.map(quote).join(' '));
  }

  /** A command whose failure ends the launch with `message: what it said`. */
  attempt(message: string, ...words: readonly string[]): this {
    return this.run('attempt', message, ...words);
  }

  /** Ends the launch here. */
  die(message: string, exitCode: number = FAILURE): this {
    return this.run('die', message, String(exitCode));
  }

  /** Writes a file; a failure ends the launch. */
  write(path: string, text: string): this {
    return this.raw(`printf %s ${quote(text)} >${quote(path)} || die ${quote(`run: cannot write ${path}`)}`);
  }

  /** A line as it is. */
  raw(line: string): this {
    this.#lines.push(line);
    return this;
  }

  toString(): string {
    return `${PRELUDE.trimStart()}${this.#lines.join('\n')}\n`;
  }
}
