import type { Command } from 'commander';

import { eachTask } from './each-task.ts';
import { withExamples } from './help-examples.ts';
import { signal } from './flag-values.ts';
import { withTasks } from './with-tasks.ts';

/** `rkt-streams signal ID SIGNAL`. */
export function signalCommand(program: Command): void {
  const command = program
    .command('signal')
    .description('Sends a signal to the main process of a running task.')
    .argument('<id>', 'id or name of a task, or a unique prefix of either')
    .argument('<signal>', 'name or number: SIGHUP, hup, 1', signal)
    .action((id: string, name: NodeJS.Signals, _flags: object, self: Command) =>
      withTasks(self, (session) =>
        eachTask(session, [id], (taskId) => session.driver.signalTask(taskId, name)),
      ),
    );
  withExamples(command, [['signal web HUP', 'Make a server reload its configuration']]);
}
