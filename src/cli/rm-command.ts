import type { Command } from 'commander';

import { eachTask } from './each-task.ts';
import { withExamples } from './help-examples.ts';
import { withTasks } from './with-tasks.ts';

interface RmFlags {
  readonly force?: boolean;
}

/** `rkt-streams rm ID…`: removes tasks with their pod, cgroup, logs and state. */
export function rmCommand(program: Command): void {
  const command = program
    .command('rm')
    .description('Removes tasks together with their pod, cgroup, logs and state.')
    .argument('<id...>', 'ids or names of tasks, or unique prefixes')
    .option('-f, --force', 'kill running tasks first')
    .action((ids: string[], { force = false }: RmFlags, self: Command) =>
      withTasks(self, (session) => eachTask(session, ids, (id) => session.driver.destroyTask(id, { force }))),
    );
  withExamples(command, [
    ['rm web', 'Remove a task that has exited'],
    ['rm -f $(rkt-streams ps -q)', 'Kill and remove all running tasks'],
  ]);
}
