import { Option, type Command } from 'commander';
import {
  Subscription,
  filter,
  firstValueFrom,
  map,
  skip,
  take,
  takeUntil,
  withLatestFrom,
  type Observable,
} from 'rxjs';

import { DEFAULT_FIELD_GROUPS } from '../model/field-groups.ts';
import { RktError } from '../model/rkt-error.ts';
import type { TaskStatsSample } from '../model/task-stats.ts';
import type { TaskStatus } from '../model/task-status.ts';
import { findTaskIds } from './find-task.ts';
import { withExamples } from './help-examples.ts';
import { addReplayOptions } from './replay-options.ts';
import { rowPrinter } from './row-format.ts';
import { STATS_FIELDS, statsFields, statsLines, statsText, type StatsRow } from './stats-text.ts';
import { count, durationMs } from './flag-values.ts';
import type { Session } from './command-session.ts';
import { freshnessOf } from './freshness-changes.ts';
import { reportFreshness } from './report-freshness.ts';
import { followOthers, withWatchedDriver } from './with-driver.ts';

const GROUPS = [...DEFAULT_FIELD_GROUPS, 'network', 'io', 'pids'] as const;

interface StatsFlags {
  readonly interval: number;
  readonly once?: boolean;
  /** commander's name for --no-stream. */
  readonly stream?: boolean;
  readonly format?: string;
  readonly count?: number;
}

/** `rkt-streams stats`: the resource usage of tasks. */
export function statsCommand(program: Command): void {
  const command = program
    .command('stats')
    .description(
      'Shows CPU usage (of one core), memory, network, I/O and processes of the running tasks at every interval: as a table ' +
        'that is updated in place on a terminal, else as lines. With ids it exits when all of these tasks have exited.',
    )
    .argument('[id...]', 'ids or names of tasks, or unique prefixes (default: all tasks)')
    .option('-i, --interval <duration>', 'sampling interval, in ms; 2s works too', durationMs('ms'), 1_000)
    .option('--once', 'exit after one sample')
    .addOption(new Option('--no-stream', 'as --once').hideHelp())
    .option(
      '--format <format>',
      "json, 'table {{.Name}}\\t{{.CPUPerc}}', or a template: '{{.Name}} {{.MemUsage}}'",
    )
    .option('-n, --count <n>', 'exit after n samples', count)
    .action((ids: string[], flags: StatsFlags, self: Command) =>
      withWatchedDriver(self, (session) => stats(session, ids, flags)),
    );
  withExamples(addReplayOptions(command), [
    ['stats', 'Show all running tasks'],
    ['stats --replay incident.rec --speed 1000 --json', 'Print the samples of a recording'],
    ['stats web --once', 'Print one sample of one task'],
    ["stats --no-stream --format '{{.Name}} {{.CPUPerc}}'", 'With the field names of docker'],
    ['stats --json --interval 10s >>stats.ndjson', 'Append samples to a file'],
  ]);
}

async function stats(session: Session, wanted: readonly string[], flags: StatsFlags): Promise<undefined> {
  const { driver, output } = session;
  const { format } = flags;
  const print = format === undefined || format === 'table' ? undefined : rowPrinter(format, STATS_FIELDS);
  const isOnce = flags.once === true || flags.stream === false;
  const ids = new Set(await findTaskIds(session, wanted));
  if (ids.size > 0) await checkRunning(session, ids);
  else followOthers(session);
  const limit = isOnce ? 1 : flags.count;
  const ticks$ = driver.allTaskStats({ intervalMs: flags.interval, groups: GROUPS }).pipe(
    // The first sample has no predecessor: its CPU rates are all 0.
    skip(1),
    map((samples) => (ids.size === 0 ? samples : samples.filter(({ taskId }) => ids.has(taskId)))),
    take(limit ?? Number.POSITIVE_INFINITY),
    withLatestFrom(driver.tasks()),
    takeUntil(allEnded(session, ids)),
  );
  let isFirst = true;
  const screen = createScreen(session, isOnce);
  const printRows = (samples: readonly TaskStatsSample[], shown: readonly StatsRow[]): void => {
    if (output.isJson) samples.forEach((sample) => output.print(sample, () => ''));
    else if (print !== undefined) print(shown.map(statsFields), output);
    else if (output.isTty && isOnce) output.print({}, () => statsText(shown, output.paint, output.width));
    else if (output.isTty) screen.draw(statsText(shown, output.paint, output.width));
    else output.print({}, () => statsLines(shown, isFirst));
    isFirst = false;
  };
  await ticks$
    .forEach(([samples, tasks]) => printRows(samples, rows(samples, tasks)))
    .finally(() => screen.close());
  return undefined;
}

/** The table of a terminal below the losses of hosts; on other output these are reported on stderr. */
function createScreen(
  session: Session,
  isOnce: boolean,
): { readonly draw: (table: string) => void; readonly close: () => void } {
  const { driver, output, logger } = session;
  let [table, stale] = ['', ''];
  const draw = (): void => {
    if (table !== '') output.redraw(stale + table);
  };
  const redraw = (lines: readonly string[]): void => {
    stale = lines.map((text) => `${output.paint('yellow', text)}\n`).join('');
    draw();
  };
  const drawn = (): Subscription =>
    freshnessOf(driver).subscribe({
      next: ({ lines }) => redraw(lines),
      // The command itself fails with it.
      error: (error: unknown) => logger.debug({ error }, 'The connection is no longer watched'),
    });
  const watching = isOnce ? Subscription.EMPTY : output.isTty ? drawn() : reportFreshness(session);
  return {
    draw(next) {
      table = next;
      draw();
    },
    close: () => watching.unsubscribe(),
  };
}

function rows(samples: readonly TaskStatsSample[], tasks: readonly TaskStatus[]): readonly StatsRow[] {
  const known = new Map(tasks.map((task) => [task.id, task]));
  return samples.map(({ taskId, usage }) => {
    const { name = taskId, memoryLimitBytes: limitBytes } = known.get(taskId) ?? {};
    return { taskId, name, usage, limitBytes };
  });
}

async function checkRunning({ driver }: Session, ids: ReadonlySet<string>): Promise<void> {
  if (!haveEnded(await firstValueFrom(driver.tasks()), ids)) return;
  throw new RktError('RKT_ERR_TASK_NOT_RUNNING', `Nothing to measure: ${[...ids].join(', ')} has exited`);
}

/** Emits when the last of the named tasks has exited; never without names. */
function allEnded({ driver }: Session, ids: ReadonlySet<string>): Observable<unknown> {
  return driver.tasks().pipe(filter((tasks) => ids.size > 0 && haveEnded(tasks, ids)));
}

function haveEnded(tasks: readonly TaskStatus[], ids: ReadonlySet<string>): boolean {
  return !tasks.some(({ id, phase }) => ids.has(id) && phase !== 'exited' && phase !== 'unknown');
}
