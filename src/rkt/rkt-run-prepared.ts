import type { RktRunner } from './command-runner.ts';

/** The command line that runs a prepared pod, from the arguments of `runPreparedArguments`. */
export function runPreparedCommand(runner: RktRunner, args: readonly string[]): readonly string[] {
  return [...runner.binary.command, ...runner.globalArgs, ...args];
}
