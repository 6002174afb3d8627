import { commandLine, type CommandLine, type RktProgram } from './command-line.ts';
import { assertPodId } from './parse-output.ts';

/**
 * Arguments of `rkt enter`, for `runner.run`.
 *
 * There is no PATH search: the command needs an absolute path.
 *
 * @param app needed only when the pod has several apps
 */
export function enterArguments(podId: string, command: readonly string[], app?: string): readonly string[] {
  assertPodId(podId);
  return ['enter', ...(app === undefined ? [] : [`--app=${app}`]), podId, ...command];
}

/** The whole command line of `rkt enter`, for `runner.spawn`. */
export function enterCommand(
  runner: RktProgram,
  podId: string,
  command: readonly string[],
  app?: string,
): CommandLine {
  return commandLine(runner, enterArguments(podId, command, app));
}
