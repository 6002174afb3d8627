import type { Command } from 'commander';

import { eachTask } from './each-task.ts';
import { withExamples } from './help-examples.ts';
import { stopOptionsOf, withStopOptions, type StopFlags } from './stop-options.ts';
import { withTasks } from './with-tasks.ts';

/** `rkt-streams restart ID…`: stops tasks, and starts them again as they were started. */
export function restartCommand(program: Command): void {
  const command = program
    .command('restart')
    .description(
      'Stops tasks that run, and starts them and those that have exited again with the same specification. The pod is a new one, ' +
        'and the log begins anew. A task whose start fails is gone, with the reason.',
    )
    .argument('<id...>', 'ids or names of tasks, or unique prefixes')
    .action((ids: string[], flags: StopFlags, self: Command) => restart(ids, flags, self));
  withStopOptions(command);
  withExamples(command, [
    ['restart web', 'Send SIGINT, SIGKILL after 5 s, and start it again'],
    ['restart -t 0 web worker', 'Kill two tasks and start them again'],
  ]);
}

async function restart(ids: readonly string[], flags: StopFlags, command: Command): Promise<void> {
  const options = stopOptionsOf(flags);
  await withTasks(command, (session) =>
    eachTask(session, ids, async (id) => {
      await session.driver.restartTask(id, options);
    }),
  );
}
