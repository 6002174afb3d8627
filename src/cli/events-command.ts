import type { Command } from 'commander';
import { filter } from 'rxjs';

import { printable } from '../model/printable.ts';
import type { TaskEvent, TaskEventKind } from '../model/task-event.ts';
import { withExamples } from './help-examples.ts';
import { clock } from './humanize.ts';
import type { Colour, Paint } from './cli-output.ts';
import { collect } from './flag-values.ts';
import { addReplayOptions } from './replay-options.ts';
import { followOthers, withDriverUntilSignal } from './with-driver.ts';

interface EventsFlags {
  readonly replay?: boolean | string;
  readonly id?: readonly string[];
}

/** `rkt-streams events`: the events of tasks, whichever process causes them. */
export function eventsCommand(program: Command): void {
  const command = program
    .command('events')
    .description(
      'Prints the events of all tasks of the data directory, whichever process causes them, until interrupted. ' +
        'A task that another process started appears with the event recovered.',
    )
    .option(
      '--replay [file]',
      'first print an event for each existing task; with a file, play that recording',
    )
    .option('--id <id>', 'only tasks whose id or name has this prefix (repeatable)', collect)
    .action((flags: EventsFlags, self: Command) => events(flags, self));
  withExamples(addReplayOptions(command), [
    ['events --replay', 'All existing tasks, and every event that follows'],
    ['events --id web --json | jq -r .kind', 'The kinds of the events of one task'],
  ]);
}

async function events({ replay, id: wanted }: EventsFlags, command: Command): Promise<void> {
  await withDriverUntilSignal(command, async (session) => {
    const { driver, output } = session;
    const isWanted = ({ taskId, taskName }: TaskEvent): boolean =>
      wanted?.some((text) => taskId.startsWith(text) || taskName.startsWith(text)) ?? true;
    const printed = driver
      .taskEvents({ replay: replay !== undefined })
      .pipe(filter(isWanted))
      .forEach((event) => output.print(event, () => eventText(event, output.paint)));
    followOthers(session);
    await printed;
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
