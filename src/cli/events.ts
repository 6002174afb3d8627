import type { Command } from 'commander';
import { filter } from 'rxjs';

import { printable } from '../model/printable.ts';
import type { TaskEvent, TaskEventKind } from '../model/task-event.ts';
import { withExamples } from './help.ts';
import { clock } from './humanize.ts';
import type { Colour, Paint } from './output.ts';
import { collect } from './values.ts';
import { followOthers, withDriverUntilSignal } from './with-driver.ts';

interface EventsFlags {
  readonly replay?: boolean;
  readonly id?: readonly string[];
}

/** `rkt-streams events`: what happens to the tasks, whoever does it. */
export function eventsCommand(program: Command): void {
  const command = program
    .command('events')
    .summary('tell what happens to the tasks, until interrupted')
    .description(
      'Tells what happens to the tasks of the data directory, whichever process does it, until interrupted. ' +
        'A task that another process started is told as recovered.',
    )
    .option('--replay', 'begin with the tasks that are there already')
    .option('--id <id>', 'only tasks whose id or name begins so (repeatable)', collect)
    .action((flags: EventsFlags, self: Command) => events(flags, self));
  withExamples(command, [
    ['events --replay', 'The tasks that are there, and all that happens to them'],
    ['events --id web --json | jq -r .kind', 'The kinds of events of one task'],
  ]);
}

async function events({ replay = false, id: wanted }: EventsFlags, command: Command): Promise<void> {
  await withDriverUntilSignal(command, async (session) => {
    const { driver, output } = session;
    const isWanted = ({ taskId, taskName }: TaskEvent): boolean =>
      wanted?.some((text) => taskId.startsWith(text) || taskName.startsWith(text)) ?? true;
    const told = driver
      .taskEvents({ replay })
      .pipe(filter(isWanted))
      .forEach((event) => output.print(event, () => eventText(event, output.paint)));
    followOthers(session);
    await told;
    return undefined;
  });
}

const KIND_COLOURS: Partial<Record<TaskEventKind, Colour>> = {
  started: 'green',
  killed: 'red',
  failed: 'red',
  exited: 'yellow',
  stopping: 'yellow',
  'stats-degraded': 'yellow',
};

const LONGEST_KIND = 'stats-degraded'.length;

/** Time, kind, task and message. */
export function eventText({ kind, timeMs, taskId, message }: TaskEvent, paint: Paint): string {
  const label = paint(KIND_COLOURS[kind] ?? 'cyan', printable(kind).padEnd(LONGEST_KIND));
  return `${paint('dim', clock(timeMs))}  ${label}  ${paint('bold', printable(taskId))}  ${printable(message)}`;
}
