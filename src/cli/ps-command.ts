import type { Command } from 'commander';

import { withExamples } from './help-examples.ts';
import type { OpsSession } from './command-session.ts';
import { addReplayOptions, replayFlagsOf } from './replay-options.ts';
import { selected, tasksText, type PsFlags } from './task-list.ts';
import { withTasks } from './with-tasks.ts';

/** `rkt-streams ps`: the tasks of the data directory. */
export function psCommand(program: Command): void {
  const command = program
    .command('ps')
    .description('Lists the tasks of the data directory that have not exited.')
    .option('-a, --all', 'include tasks that have exited')
    .option('-w, --watch', 'list again after every change, until interrupted')
    .action(async (flags: PsFlags, self: Command) => {
      if (flags.watch !== true && replayFlagsOf(self).file === undefined)
        return withTasks(self, (session) => listTasks(session, flags));
      if (flags.watch !== true) {
        const { withReplay } = await import('./with-driver.ts');
        return withReplay(self, (session) => listTasks(session, flags), { end: 'last' });
      }
      const { watchList } = await import('./ps-watch.ts');
      return watchList(self, flags);
    });
  withExamples(addReplayOptions(command), [
    ['ps -a', 'All tasks'],
    ['ps --replay incident.rec --from 10m', 'The tasks ten minutes after the begin of a recording'],
    ['ps --watch', 'A list that updates itself'],
    ['ps --json | jq -r .id', 'The ids of the running tasks'],
  ]);
}

async function listTasks(session: OpsSession, flags: PsFlags): Promise<undefined> {
  const { output } = session;
  const tasks = selected(await session.listTasks(), flags);
  if (output.isJson) tasks.forEach((task) => output.print(task, () => ''));
  else output.print({}, () => tasksText(tasks, output.paint, session.nowMs()));
  return undefined;
}
