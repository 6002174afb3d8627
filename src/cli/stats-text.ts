import { memoryOf } from '../model/headline.ts';
import { printable } from '../model/printable.ts';
import type { TaskResourceUsage } from '../model/task-stats.ts';
import { NOTHING, bytes, clock, percent } from './humanize.ts';
import type { Paint } from './cli-output.ts';
import { table, type Column } from './text-table.ts';

/** A sample with additional values for display. */
export interface StatsRow {
  readonly taskId: string;
  readonly usage: TaskResourceUsage;
  readonly limitBytes: number | undefined;
}

const COLUMNS: readonly Column<StatsRow>[] = [
  { title: 'CPU', value: ({ usage }) => percent(usage.cpu.percent), align: 'right' },
  { title: 'MEMORY', value: ({ usage }) => bytes(memoryOf(usage)), align: 'right' },
  { title: 'LIMIT', value: ({ limitBytes }) => bytes(limitBytes), align: 'right' },
  { title: 'RSS', value: ({ usage }) => bytes(usage.memory.rssBytes), align: 'right' },
  { title: 'CACHE', value: ({ usage }) => bytes(usage.memory.cacheBytes), align: 'right' },
  { title: 'OOM', value: ({ usage }) => usage.memory.oomKills?.toString() ?? NOTHING, align: 'right' },
  { title: 'SOURCE', value: ({ usage }) => usage.source },
];

/** A table, one task a line. */
export function statsText(rows: readonly StatsRow[], paint: Paint): string {
  return table(rows, [{ title: 'ID', value: ({ taskId }) => taskId }, ...COLUMNS], paint);
}

const WIDTHS = [7, 8, 8, 8, 8, 3, 0];
const GAP = '  ';

/** Plain lines at every tick: columns of fixed width, the task last because its id has any length. */
export function statsLines(rows: readonly StatsRow[], withTitles: boolean): string {
  const pad = (cells: readonly string[]): string =>
    cells.map((cell, i) => cell.padStart(WIDTHS[i] ?? 0).padEnd(i === 6 ? 10 : 0)).join(GAP);
  const titles = ['TIME'.padEnd(12), pad(COLUMNS.map(({ title }) => title)), 'ID'].join(GAP);
  const lines = rows.map((row) =>
    [
      clock(row.usage.timestampMs),
      pad(COLUMNS.map(({ value }) => printable(value(row)))),
      printable(row.taskId),
    ].join(GAP),
  );
  return [...(withTitles ? [titles] : []), ...lines].join('\n');
}
