import { referToSecrets } from '../model/argument-variables.ts';
import type { RktError } from '../model/rkt-error.ts';
import { commandWords } from '../model/secret-words.ts';
import { commandNotStarted } from './failure.ts';
import type { RktBinary } from './found-binary.ts';

/** A command line to execute, and the form in which it may be shown. */
export interface CommandLine {
  readonly argv: readonly string[];
  /** To be added to the environment. */
  readonly env: Readonly<Record<string, string>>;
  /** For errors and logs: without the values of variables and the words of an app's command. */
  readonly command: readonly string[];
  readonly secrets: readonly string[];
}

/** The rkt that a command line is for. */
export interface RktProgram {
  readonly binary: RktBinary;
  readonly globalArgs: readonly string[];
}

interface CommandLineOptions {
  readonly wrap?: ((argv: readonly string[]) => readonly string[]) | undefined;
  readonly secrets?: readonly string[];
}

/**
 * The command line for some arguments of rkt. The embedded rkt reads secrets from its environment; a real one cannot.
 *
 * @throws {@link RktError} RKT_ERR_RKT_MISSING for an argument that contains a NUL byte
 */
export function commandLine(
  { binary, globalArgs }: RktProgram,
  args: readonly string[],
  { wrap = (argv) => argv, secrets = [] }: CommandLineOptions = {},
): CommandLine {
  const before = [...binary.command, ...globalArgs];
  const all = commandWords(args);
  const command = wrap([...before, ...all.map(({ shown }) => shown)]);
  // Checked here, because a word that becomes a variable is no longer an argument.
  if (args.some((arg) => arg.includes('\0'))) throw zeroByte(command);
  const { words, env } = binary.runtime === 'embedded' ? referToSecrets(args) : { words: args, env: {} };
  return {
    argv: wrap([...before, ...words]),
    env,
    command,
    secrets: [...secrets, ...all.flatMap(({ secret }) => secret ?? [])],
  };
}

/** The program and its arguments. @throws {@link RktError} RKT_ERR_RKT_MISSING for one that contains a NUL byte */
export function programOf(
  argv: readonly string[],
  command: readonly string[],
): readonly [string, readonly string[]] {
  const [file = '', ...args] = argv;
  if (argv.some((arg) => arg.includes('\0'))) throw zeroByte(command);
  return [file, args];
}

/** Node includes all arguments in the error of a program that it could not start. */
export function shownCause(cause: unknown): unknown {
  if (!(cause instanceof Error) || !('spawnargs' in cause)) return cause;
  const { code, message } = cause as NodeJS.ErrnoException;
  return Object.assign(new Error(message), { code });
}

function zeroByte(command: readonly string[]): RktError {
  return commandNotStarted({ command, durationMs: 0 }, 'an argument contains a NUL byte');
}
