import type { HistoryRing } from './history-ring.ts';
import { HOST_SERIES } from './history-gathers.ts';
import { TASK_SERIES, type TaskSeries } from './task-series.ts';

/** The last minutes of every task and of the machine, on one time grid: what an overview draws when it is opened. */
export interface RecentHistory {
  readonly stepMs: number;
  /** The begin of each step, oldest first; the columns below have the same length. */
  readonly timeMs: readonly number[];
  readonly host: Readonly<Record<(typeof HOST_SERIES)[number], RecentColumn>>;
  readonly tasks: Readonly<Record<string, Readonly<Record<RecentSeries, RecentColumn>>>>;
}

/** Null where nothing was measured. */
export type RecentColumn = readonly (number | null)[];

/** CPU in cores, memory in bytes. */
export const RECENT_SERIES = ['cpuCores', 'workingSetBytes'] as const satisfies readonly TaskSeries[];
export type RecentSeries = (typeof RECENT_SERIES)[number];

/** Steps of the same length that follow one another. */
export interface RecentGrid {
  readonly timeMs: readonly number[];
  readonly stepMs: number;
}

/** The last value in each step of the grid. `all` names the values of a row of the ring, in their order. */
export function recentColumns<Name extends string>(
  ring: HistoryRing,
  names: readonly Name[],
  { all, timeMs, stepMs }: RecentGrid & { readonly all: readonly string[] },
): Readonly<Record<Name, RecentColumn>> {
  const firstMs = timeMs[0] ?? Infinity;
  const columns = {} as Record<Name, (number | null)[]>;
  for (const name of names) columns[name] = timeMs.map(() => null);
  const places = names.map((name) => ({ values: columns[name], index: all.indexOf(name) }));
  ring.forEach((time, valueAt) => {
    const step = Math.floor((time - firstMs) / stepMs);
    if (step >= timeMs.length) return;
    for (const { index, values } of places) {
      const value = valueAt(index);
      if (!Number.isNaN(value)) values[step] = shortened(value);
    }
  }, firstMs);
  return columns;
}

/** The columns of a task. */
export function recentTaskColumns(
  ring: HistoryRing,
  grid: RecentGrid,
): Readonly<Record<RecentSeries, RecentColumn>> {
  return recentColumns(ring, RECENT_SERIES, { all: TASK_SERIES, ...grid });
}

/** The begins of the steps within `windowMs` before `nowMs`, the present one included. */
export function recentGrid(nowMs: number, windowMs: number, stepMs: number): readonly number[] {
  const count = Math.ceil(windowMs / stepMs);
  const last = Math.floor(nowMs / stepMs) * stepMs;
  return Array.from({ length: count }, (_, n) => last - (count - 1 - n) * stepMs);
}

/** JSON has no NaN, and the extra digits of a 32-bit float are noise. */
export function shortened(value: number): number | null {
  if (Number.isNaN(value)) return null;
  return Math.abs(value) >= 1_000 ? Math.round(value) : Math.round(value * 10_000) / 10_000;
}
