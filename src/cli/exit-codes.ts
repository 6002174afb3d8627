import { isRktError } from '../model/rkt-error.ts';
import type { ExitResult } from '../model/exit-result.ts';
import { signalNumber } from '../model/signals.ts';

/** Exit codes of rkt-streams itself; docs/cli.md explains them. */
export const EXIT_OK = 0;
export const EXIT_FAILURE = 1;
/** The command line or a setting is not valid, and nothing was done. */
export const EXIT_USAGE = 2;
/** rkt-streams itself failed, in a command that otherwise exits with the code of a task. */
export const EXIT_OWN_FAILURE = 125;

const PASSES_A_CODE_ON: ReadonlySet<string> = new Set(['run', 'exec', 'wait']);

/** The exit code for an error that ended a command. */
export function exitCodeOfError(error: unknown, command: string | undefined): number {
  if (isRktError(error, 'RKT_ERR_OPTIONS')) return EXIT_USAGE;
  if (command === 'run' && isRktError(error, 'RKT_ERR_LAUNCH')) return exitCodeOfLaunch(error.message);
  return command !== undefined && PASSES_A_CODE_ON.has(command) ? EXIT_OWN_FAILURE : EXIT_FAILURE;
}

/** As with docker: 127 when the program of the app does not exist, 126 when it cannot be executed. */
function exitCodeOfLaunch(message: string): number {
  const [, why] = /can't execute "[^"]*": (.*)/.exec(message) ?? [];
  if (why === undefined) return EXIT_OWN_FAILURE;
  return why.startsWith('no such file') ? 127 : 126;
}

/** The exit code for the exit of a task: its own, 128 + n after signal n, 125 when it is unknown. */
export function exitCodeOfTask({ exitCode, signal }: ExitResult): number {
  if (signal !== undefined) return 128 + signal;
  return exitCode ?? EXIT_OWN_FAILURE;
}

/** As in a shell. */
export function exitCodeOfSignal(signal: NodeJS.Signals): number {
  return 128 + (signalNumber(signal) ?? 0);
}
