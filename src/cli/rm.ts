import type { Command } from 'commander';

import { eachTask } from './each-task.ts';
import { withExamples } from './help.ts';
import { withDriverUntilSignal } from './with-driver.ts';

interface RmFlags {
  readonly force?: boolean;
}

/** `rkt-streams rm ID…`: removes tasks and all they left. */
export function rmCommand(program: Command): void {
  const command = program
    .command('rm')
    .summary('remove tasks that have exited')
    .description('Removes tasks with all they left: pod, cgroup, logs and state.')
    .argument('<id...>', 'ids or names of tasks, or the beginning of one')
    .option('-f, --force', 'kill a task first when it runs')
    .action((ids: string[], { force = false }: RmFlags, self: Command) =>
      withDriverUntilSignal(self, (session) =>
        eachTask(session, ids, (id) => session.driver.destroyTask(id, { force })),
      ),
    );
  withExamples(command, [
    ['rm web', 'A task that has exited'],
    ['rm -f $(rkt-streams ps --json | jq -r .id)', 'All that run'],
  ]);
}
