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

/** Collects the lines of a launch script, a POSIX sh program. */
export class LaunchScript {
  readonly #lines: string[] = [];

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
