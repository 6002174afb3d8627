import type { Command } from 'commander';
import { combineLatest, firstValueFrom, map, of, timer } from 'rxjs';

import type { TaskPhase, TaskStatus } from '../model/task-status.ts';
import { takeUntilAbort } from '../streams/operators/take-until-abort.ts';
import { withExamples } from './help-examples.ts';
import { exitText } from '../model/exit-text.ts';
import { NOTHING, ago } from './humanize.ts';
import type { Colour, Paint } from './cli-output.ts';
import { table, type Column } from './text-table.ts';
import { followOthers, withDriverUntilSignal, type Session } from './with-driver.ts';

interface PsFlags {
  readonly all?: boolean;
  readonly watch?: boolean;
}

/** How often "ago" is updated while a terminal is watched. */
const REDRAW_MS = 1_000;

/** `rkt-streams ps`: the tasks of the data directory. */
export function psCommand(program: Command): void {
  const command = program
    .command('ps')
    .summary('list the tasks')
    .description('Lists the tasks of the data directory that have not exited.')
    .option('-a, --all', 'include tasks that have exited')
    .option('-w, --watch', 'list again after every change, until interrupted')
    .action((flags: PsFlags, self: Command) =>
      withDriverUntilSignal(self, (session) =>
        flags.watch === true ? watchTasks(session, flags) : listTasks(session, flags),
      ),
    );
  withExamples(command, [
    ['ps -a', 'All tasks'],
    ['ps --watch', 'A list that updates itself'],
    ['ps --json | jq -r .id', 'The ids of the running tasks'],
  ]);
}

async function listTasks({ driver, output }: Session, flags: PsFlags): Promise<undefined> {
  const tasks = selected(await firstValueFrom(driver.tasks()), flags);
  if (output.isJson) tasks.forEach((task) => output.print(task, () => ''));
  else output.print({}, () => tasksText(tasks, output.paint, Date.now()));
  return undefined;
}

async function watchTasks(session: Session, flags: PsFlags): Promise<undefined> {
  const { driver, output, interrupt } = session;
  followOthers(session);
  const clock$ = output.isTty ? timer(0, REDRAW_MS) : of(0);
  const lists$ = combineLatest([driver.tasks(), clock$]).pipe(
    map(([tasks]) => selected(tasks, flags)),
    takeUntilAbort(interrupt.signal),
  );
  await lists$.forEach((tasks) => {
    const timeMs = Date.now();
    if (output.isJson) output.print({ timeMs, tasks }, () => '');
    else output.redraw(tasksText(tasks, output.paint, timeMs));
  });
  return undefined;
}

function selected(tasks: readonly TaskStatus[], { all = false }: PsFlags): readonly TaskStatus[] {
  return all ? tasks : tasks.filter(({ phase }) => phase !== 'exited');
}

const PHASE_COLOURS: Partial<Record<TaskPhase, Colour>> = {
  running: 'green',
  stopping: 'yellow',
  exited: 'dim',
  unknown: 'red',
};

/** One task a line. */
export function tasksText(tasks: readonly TaskStatus[], paint: Paint, nowMs: number): string {
  const columns: readonly Column<TaskStatus>[] = [
    { title: 'ID', value: ({ id }) => id },
    { title: 'NAME', value: ({ name }) => name },
    { title: 'IMAGE', value: ({ image }) => image },
    {
      title: 'PHASE',
      value: ({ phase }) => phase,
      colour: (cell, { phase }) => paint(PHASE_COLOURS[phase] ?? 'cyan', cell),
    },
    { title: 'PID', value: ({ pid }) => pid?.toString() ?? NOTHING, align: 'right' },
    { title: 'STARTED', value: ({ startedAtMs }) => ago(startedAtMs, nowMs) },
    { title: 'EXIT', value: ({ exitResult }) => exitText(exitResult) },
  ];
  return table(tasks, columns, paint);
}
