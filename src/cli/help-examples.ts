import type { Command } from 'commander';

/** Adds examples to the end of a command's help: command lines without the `rkt-streams ` in front, and what they do. */
export function withExamples(command: Command, examples: readonly (readonly [string, string])[]): Command {
  const lines = examples.map(([line, what]) => `  ${what}:\n    $ rkt-streams ${line}`);
  return command.addHelpText('after', `\nExamples:\n${lines.join('\n')}`);
}
