import type { Command } from 'commander';

import { LIVE } from '../model/driver-connection.ts';
import { printable } from '../model/printable.ts';
import type { TaskStatus } from '../model/task-status.ts';
import { FRESH, freshness, type Freshness } from './freshness.ts';
import { collect, count } from './flag-values.ts';
import { withExamples } from './help-examples.ts';
import type { OpsSession } from './command-session.ts';
import { addReplayOptions, replayFlagsOf } from './replay-options.ts';
import { rowPrinter } from './row-format.ts';
import { TASK_FIELDS, taskFields } from './task-fields.ts';
import { taskFilter } from './task-filters.ts';
import { selected, tasksText, type PsFlags, type TaskSelection } from './task-list.ts';
import { withTasks } from './with-tasks.ts';

/** `rkt-streams ps`: the tasks of the data directory. */
export function psCommand(program: Command): void {
  const command = program
    .command('ps')
    .description('Lists the tasks of the data directory that have not exited.')
    .option('-a, --all', 'include tasks that have exited')
    .option(
      '-f, --filter <name=value>',
      'only tasks with this id, name, status, label, ancestor or exited',
      collect,
    )
    .option('--format <format>', "json, 'table {{.ID}}\\t{{.Names}}', or a template: '{{.ID}} {{.Status}}'")
    .option('-q, --quiet', 'print only the ids')
    .option('-n, --last <n>', 'only the n tasks that were started last, with those that have exited', count)
    .option('-l, --latest', 'only the last of them')
    .option('--no-trunc', 'do not cut columns to the width of the terminal')
    .option('-w, --watch', 'list again after every change, until interrupted')
    .action(async (flags: PsFlags, self: Command) => {
      const selection = selectionOf(flags);
      const list = listAction(selection, flags);
      if (flags.watch !== true && replayFlagsOf(self).file === undefined) return withTasks(self, list);
      if (flags.watch !== true) {
        const { withReplay } = await import('./with-driver.ts');
        return withReplay(self, list, { end: 'last' });
      }
      const { watchList } = await import('./ps-watch.ts');
      return watchList(self, selection);
    });
  withExamples(addReplayOptions(command), [
    ['ps -a', 'All tasks'],
    ['ps --replay incident.rec --from 10m', 'The tasks ten minutes after the begin of a recording'],
    ['ps --watch', 'A list that updates itself'],
    ['ps -q --filter label=app=web', 'The ids of the tasks with a label'],
    ["ps --format '{{.ID}} {{.Status}}'", 'With the field names of docker'],
    ['ps --json | jq -r .pid', 'All details of the running tasks'],
  ]);
}

function selectionOf({ all = false, filter, last, latest = false }: PsFlags): TaskSelection {
  const { matches, namesState } = taskFilter(filter);
  const limit = latest ? 1 : last;
  return { matches, isAll: all || namesState || limit !== undefined, ...(limit !== undefined && { limit }) };
}

/** Flags are checked before anything is asked for. */
function listAction(
  selection: TaskSelection,
  { format, quiet = false, trunc = true }: PsFlags,
): (session: OpsSession) => Promise<undefined> {
  const print = format === undefined || format === 'table' ? undefined : rowPrinter(format, TASK_FIELDS);
  return async (session) => {
    const { output } = session;
    const tasks = selected(await session.listTasks(), selection);
    const nowMs = session.nowMs();
    const known = await knownHosts(session, tasks);
    known.lines.forEach((text) => output.warn(text));
    if (output.isJson) tasks.forEach((task) => output.print(task, () => ''));
    else if (quiet) tasks.forEach(({ id }) => output.print({}, () => printable(id)));
    else if (print !== undefined)
      print(
        tasks.map((task) => taskFields(task, nowMs)),
        output,
      );
    else {
      const width = trunc ? output.width : Number.POSITIVE_INFINITY;
      output.print({}, () => tasksText(tasks, output.paint, nowMs, { width, freshness: known }));
    }
    return undefined;
  };
}

/** Of the hosts of a fleet; an agent of one machine is not asked. */
async function knownHosts(session: OpsSession, tasks: readonly TaskStatus[]): Promise<Freshness> {
  if (session.listHosts === undefined || tasks.every(({ host }) => host === undefined)) return FRESH;
  return freshness(LIVE, await session.listHosts());
}
