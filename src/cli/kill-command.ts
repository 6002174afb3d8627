import type { Command } from 'commander';

import { eachTask } from './each-task.ts';
import { signal } from './flag-values.ts';
import { withExamples } from './help-examples.ts';
import { withTasks } from './with-tasks.ts';

interface KillFlags {
  readonly signal: NodeJS.Signals;
}

/** `rkt-streams kill ID…`: sends a signal, SIGKILL by default. */
export function killCommand(program: Command): void {
  const command = program
    .command('kill')
    .description('Sends a signal to the main process of running tasks, SIGKILL by default.')
    .argument('<id...>', 'ids or names of tasks, or unique prefixes')
    .option('-s, --signal <signal>', 'name or number', signal, 'SIGKILL')
    .action((ids: string[], flags: KillFlags, self: Command) =>
      withTasks(self, (session) =>
        eachTask(session, ids, (id) => session.driver.signalTask(id, flags.signal)),
      ),
    );
  withExamples(command, [
    ['kill web', 'Kill a task'],
    ['kill -s HUP web', 'Make a server reload its configuration; signal web HUP is the same'],
  ]);
}
