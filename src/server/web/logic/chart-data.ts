import type { TaskResourceUsage } from '../../../model/task-stats.ts';
import type { TaskStatus } from '../../../model/task-status.ts';
import type { HistoryColumns } from '../../history/history.ts';
import {
  TASK_SERIES,
  beforeOf,
  taskSeriesRow,
  type Before,
  type TaskSeries,
} from '../../history/task-series.ts';

export const RANGES = ['5m', '15m', '1h', '6h', '24h'] as const;
export type Range = (typeof RANGES)[number];

export const RANGE_MS: Readonly<Record<Range, number>> = {
  '5m': 300_000,
  '15m': 900_000,
  '1h': 3_600_000,
  '6h': 21_600_000,
  '24h': 86_400_000,
};

export type ChartSeries = TaskSeries;

/** Columns for the charts: times in ms, and the values; null where nothing was measured. */
export interface ChartData {
  readonly timeMs: readonly number[];
  readonly series: Readonly<Record<ChartSeries, readonly (number | null)[]>>;
}

/** The live data while the task is open: finer and newer than the history. */
export interface LiveRows {
  add(usage: TaskResourceUsage): void;
  rows(): readonly LiveRow[];
}

export interface LiveRow {
  readonly timeMs: number;
  readonly values: readonly number[];
}

/** Half an hour. */
const LIVE_LENGTH = 1_800;

export function createLiveRows(length = LIVE_LENGTH): LiveRows {
  let rows: readonly LiveRow[] = [];
  let before: Before | undefined;
  return {
    add(usage) {
      const { timestampMs, cpu } = usage;
      if (before !== undefined && timestampMs <= before.timestampMs) return;
      // The counters of a task that was started again are no continuation.
      if (before?.cpu.totalNs !== undefined && (cpu.totalNs ?? 0) < before.cpu.totalNs) before = undefined;
      // The first one has no rates, and would tear a hole between the history and what follows.
      if (before !== undefined) {
        rows = [...rows.slice(1 - length), { timeMs: timestampMs, values: taskSeriesRow(usage, before) }];
      }
      before = beforeOf(usage);
    },
    rows: () => rows,
  };
}

/** What the charts show. */
export interface ChartWindow {
  readonly fromMs: number;
  readonly toMs: number;
}

const SHORTEST_MS = 10_000;

/** The range up to now; of a task that ended, up to its end, and only its run when that was shorter. */
export function chartWindow(
  rangeMs: number,
  nowMs: number,
  task: Pick<TaskStatus, 'startedAtMs' | 'completedAtMs'> | undefined,
): ChartWindow {
  const toMs = task?.completedAtMs;
  if (toMs === undefined) return { fromMs: nowMs - rangeMs, toMs: nowMs };
  const begin = Math.min(task?.startedAtMs ?? 0, toMs - SHORTEST_MS);
  return { fromMs: Math.max(toMs - rangeMs, begin), toMs };
}

/** The last value of each series that was measured. */
export type LastValues = Readonly<Partial<Record<ChartSeries, number>>>;

export function lastValues({ series }: ChartData): LastValues {
  const found = TASK_SERIES.flatMap((name) => {
    const value = series[name].findLast((one) => one !== null);
    return value === undefined ? [] : [[name, value] as const];
  });
  return Object.fromEntries(found);
}

/**
 * History and live data combined: the history up to the first live row, then these, all within `rangeMs` before
 * `nowMs`. A row of nulls marks every gap, so that no line is drawn across it.
 */
export function chartData(
  history: HistoryColumns | undefined,
  live: readonly LiveRow[],
  { nowMs, rangeMs }: { readonly nowMs: number; readonly rangeMs: number },
): ChartData {
  const timeMs: number[] = [];
  const columns = TASK_SERIES.map((): (number | null)[] => []);
  const append = (time: number, valueAt: (index: number) => number | null, stepMs: number): void => {
    const last = timeMs.at(-1);
    if (last !== undefined && time - last > 2.5 * stepMs) {
      timeMs.push(last + stepMs);
      columns.forEach((column) => column.push(null));
    }
    timeMs.push(time);
    columns.forEach((column, index) => column.push(valueAt(index)));
  };
  const from = nowMs - rangeMs;
  const liveFrom = live[0]?.timeMs ?? Infinity;
  const stepMs = history?.stepMs ?? 1_000;
  history?.timeMs.forEach((time, n) => {
    if (time < from || time >= liveFrom) return;
    append(time, (index) => history.series[TASK_SERIES[index] ?? '']?.[n] ?? null, stepMs);
  });
  for (const { timeMs: time, values } of live) {
    const valueAt = (index: number): number | null => {
      const value = values[index] ?? NaN;
      return Number.isNaN(value) ? null : value;
    };
    if (time >= from) append(time, valueAt, stepMs);
  }
  const series = Object.fromEntries(TASK_SERIES.map((name, index) => [name, columns[index] ?? []]));
  return { timeMs, series: series as Record<ChartSeries, (number | null)[]> };
}
