import { Argument, type Command } from 'commander';

import type { AllCommands } from './all-commands.ts';
import { commandTree } from './command-tree.ts';
import { COMPLETION_SCRIPTS } from './completion-scripts.ts';
import { withExamples } from './help-examples.ts';

/** `rkt-streams completion bash|zsh|fish`: a script that completes commands, options and tasks. */
export function completionCommand(program: Command, all: AllCommands): void {
  const command = program
    .command('completion')
    .description('Prints a script for a shell that completes commands, options and the ids of tasks.')
    .addArgument(new Argument('<shell>', 'the shell').choices(Object.keys(COMPLETION_SCRIPTS)))
    .action(async (shell: keyof typeof COMPLETION_SCRIPTS) => {
      process.stdout.write(COMPLETION_SCRIPTS[shell](commandTree(await all())));
    });
  withExamples(command, [
    ['completion bash >/etc/bash_completion.d/rkt-streams', 'For bash'],
    ['completion zsh >/usr/share/zsh/site-functions/_rkt-streams', 'For zsh'],
    ['completion fish >~/.config/fish/completions/rkt-streams.fish', 'For fish'],
  ]);
}
