import { memoryLimitOf, memoryOf, memoryShareOf } from '../model/headline.ts';
import { printable } from '../model/printable.ts';
import type { TaskResourceUsage } from '../model/task-stats.ts';
import { NOTHING, bytes, clock, percent } from './humanize.ts';
import type { Paint } from './cli-output.ts';
import { table, type Column } from './text-table.ts';

/** A sample with additional values for display. */
export interface StatsRow {
  readonly taskId: string;
  readonly name: string;
  readonly usage: TaskResourceUsage;
  readonly limitBytes: number | undefined;
}

/** A sample by the field names of `docker stats --format`. */
export type StatsFields = Readonly<Record<(typeof STATS_FIELDS)[number], string>>;

export const STATS_FIELDS = [
  'ID',
  'Name',
  'Container',
  'CPUPerc',
  'MemUsage',
  'MemPerc',
  'NetIO',
  'BlockIO',
  'PIDs',
] as const;

export function statsFields(row: StatsRow): StatsFields {
  const { taskId, name, usage } = row;
  const { network, io, pidCount } = usage;
  return {
    ID: taskId,
    Name: name,
    Container: taskId,
    CPUPerc: percent(usage.cpu.percent),
    MemUsage: both(bytes(memoryOf(usage)), bytes(limitOf(row))),
    MemPerc: percent(memoryPercent(row)),
    NetIO: both(bytes(network?.receivedBytes), bytes(network?.sentBytes)),
    BlockIO: both(bytes(io?.readBytes), bytes(io?.writeBytes)),
    PIDs: pidCount?.current?.toString() ?? NOTHING,
  };
}

const COLUMNS: readonly Column<StatsRow>[] = [
  { title: 'CPU %', value: (row) => statsFields(row).CPUPerc, align: 'right' },
  { title: 'MEM USAGE / LIMIT', value: (row) => statsFields(row).MemUsage, align: 'right' },
  { title: 'MEM %', value: (row) => statsFields(row).MemPerc, align: 'right' },
  { title: 'NET I/O', value: (row) => statsFields(row).NetIO, align: 'right', isOptional: true },
  { title: 'BLOCK I/O', value: (row) => statsFields(row).BlockIO, align: 'right', isOptional: true },
  { title: 'PIDS', value: (row) => statsFields(row).PIDs, align: 'right' },
];

/** A table, one task a line. */
export function statsText(rows: readonly StatsRow[], paint: Paint, width = Number.POSITIVE_INFINITY): string {
  return table(rows, [{ title: 'ID', value: ({ taskId }) => taskId, min: 12 }, ...COLUMNS], paint, width);
}

const WIDTHS = [7, 19, 6, 19, 19, 4];
const GAP = '  ';

/** Plain lines at every tick: columns of fixed width, the task last because its id has any length. */
export function statsLines(rows: readonly StatsRow[], withTitles: boolean): string {
  const pad = (cells: readonly string[]): string =>
    cells.map((cell, i) => cell.padStart(WIDTHS[i] ?? 0)).join(GAP);
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

/** `372 KiB / 64 MiB`; a dash for both when neither was measured. */
function both(one: string, other: string): string {
  return one === NOTHING && other === NOTHING ? NOTHING : `${one} / ${other}`;
}

function limitOf({ usage, limitBytes }: StatsRow): number | undefined {
  return memoryLimitOf(usage, { memoryLimitBytes: limitBytes });
}

function memoryPercent({ usage, limitBytes }: StatsRow): number | undefined {
  const share = memoryShareOf(usage, { memoryLimitBytes: limitBytes });
  return share === undefined ? undefined : share * 100;
}
