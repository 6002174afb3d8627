import type { Command } from 'commander';

import { eachTask } from './each-task.ts';
import { withExamples } from './help-examples.ts';
import { stopOptionsOf, withStopOptions, type StopFlags } from './stop-options.ts';
import { withTasks } from './with-tasks.ts';

/** `rkt-streams stop ID…`: stops tasks, with a signal first. */
export function stopCommand(program: Command): void {
  const command = program
    .command('stop')
    .description(
      'Stops tasks: sends a signal, then kills all processes of the task if it has not exited in time. A task that ' +
        'has exited stays in the list until it is removed.',
    )
    .argument('<id...>', 'ids or names of tasks, or unique prefixes')
    .action((ids: string[], flags: StopFlags, self: Command) => stop(ids, flags, self));
  withStopOptions(command);
  withExamples(command, [
    ['stop web', 'Send SIGINT, and SIGKILL after 5 s'],
    ['stop --signal TERM --timeout 30 web worker', 'Stop two tasks with a longer timeout'],
    ['stop --timeout 0 web', 'Kill immediately'],
  ]);
}

async function stop(ids: readonly string[], flags: StopFlags, command: Command): Promise<void> {
  const options = stopOptionsOf(flags);
  await withTasks(command, (session) => eachTask(session, ids, (id) => session.driver.stopTask(id, options)));
}
