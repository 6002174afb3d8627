import type { Command } from 'commander';

import { PLUGIN_VERSION } from '../model/agent-version.ts';
import type { AllCommands } from './all-commands.ts';
import { commandTree } from './command-tree.ts';
import { withExamples } from './help-examples.ts';
import { manPage } from './man-page.ts';

/** `rkt-streams man`: the manual page, made from the help. */
export function manCommand(program: Command, all: AllCommands): void {
  const command = program
    .command('man')
    .description('Prints the manual page of all commands.')
    .action(async () => {
      process.stdout.write(manPage(commandTree(await all({ isAllShown: true })), PLUGIN_VERSION));
    });
  withExamples(command, [
    ['man | man -l -', 'Read it'],
    ['man >/usr/local/share/man/man1/rkt-streams.1', 'Install it'],
  ]);
}
