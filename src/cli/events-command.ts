import type { Command } from 'commander';
import { EMPTY, filter, takeUntil, timeout, timer, type Observable } from 'rxjs';

import { printable } from '../model/printable.ts';
import type { TaskEvent, TaskEventKind } from '../model/task-event.ts';
import { withExamples } from './help-examples.ts';
import { clock } from './humanize.ts';
import type { Colour, Paint } from './cli-output.ts';
import { EVENT_FIELDS, eventFields } from './event-fields.ts';
import { rowPrinter } from './row-format.ts';
import { eventFilter, timeMs } from './events-selection.ts';
import { collect } from './flag-values.ts';
import { addReplayOptions } from './replay-options.ts';
import { followOthers, withDriverUntilSignal } from './with-driver.ts';

interface EventsFlags {
  readonly replay?: boolean | string;
  readonly id?: readonly string[];
  readonly filter?: readonly string[];
  readonly since?: number;
  readonly until?: number;
  readonly format?: string;
}

/** The events that exist already come without a pause. */
const QUIET_MS = 1_000;

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
    .option(
      '-f, --filter <name=value>',
      'only events with this event, task or container (repeatable)',
      collect,
    )
    .option(
      '--since <time>',
      'first print the events since then: 10m, 2026-01-31T12:00:00Z, or seconds since 1970',
      timeMs,
    )
    .option('--until <time>', 'end at that time; one that has passed ends after the existing events', timeMs)
    .action((flags: EventsFlags, self: Command) => events(flags, self));
  command.option('--format <format>', "json, or a template of docker's fields: '{{.Action}} {{.Actor.ID}}'");
  withExamples(addReplayOptions(command), [
    ['events --replay', 'All existing tasks, and every event that follows'],
    ['events --since 10m --filter event=die', 'The exits of the last ten minutes, and new ones'],
    ['events --id web --json | jq -r .kind', 'The kinds of the events of one task'],
  ]);
}

async function events(flags: EventsFlags, command: Command): Promise<void> {
  const { replay, id: wanted, since, until = Number.POSITIVE_INFINITY } = flags;
  const isKept = eventFilter(flags.filter);
  const print = flags.format === undefined ? undefined : rowPrinter(flags.format, EVENT_FIELDS);
  await withDriverUntilSignal(command, async (session) => {
    const { driver, output } = session;
    const isWanted = (event: TaskEvent): boolean =>
      (wanted?.some((text) => event.taskId.startsWith(text) || event.taskName.startsWith(text)) ?? true) &&
      (since === undefined || event.timeMs >= since) &&
      event.timeMs <= until &&
      isKept(event);
    const all$ = driver.taskEvents({ replay: replay !== undefined || since !== undefined });
    const printed = endingAt(all$, until)
      .pipe(filter(isWanted))
      .forEach((event) =>
        print === undefined
          ? output.print(event, () => eventText(event, output.paint))
          : print([eventFields(event)], output),
      );
    followOthers(session);
    await printed;
    return undefined;
  });
}

/** Ends at a time; where that has passed, when no event follows any more. */
function endingAt(events$: Observable<TaskEvent>, until: number): Observable<TaskEvent> {
  if (until === Number.POSITIVE_INFINITY) return events$;
  const leftMs = until - Date.now();
  return events$.pipe(leftMs > 0 ? takeUntil(timer(leftMs)) : timeout(QUIET));
}

const QUIET = { each: QUIET_MS, with: () => EMPTY };

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
