import type { Observable, Subscription } from 'rxjs';

import type { Driver } from '../../driver-interface.ts';
import type { FieldGroup } from '../../model/field-groups.ts';
import { silentLogger, type Logger } from '../../model/logger.ts';
import { continued, type HistorySeed } from './history-seed.ts';
import { createTaskHistories } from './task-histories.ts';
import { TASK_SERIES } from './task-series.ts';
import type { HistoryRing } from './history-ring.ts';
import { HOST_GATHERS, HOST_SERIES, hostSeriesRow } from './history-gathers.ts';
import {
  recentColumns,
  recentGrid,
  recentTaskColumns,
  shortened,
  type RecentHistory,
} from './recent-history.ts';
import { COARSE, FINE, createTwoRings, type HistorySpan, type Resolution } from './two-rings.ts';

/** One answer: columns of the same length, oldest first. Null is what was not measured. */
export interface HistoryColumns {
  /** Absent for the machine itself. */
  readonly taskId?: string;
  readonly resolution: Resolution;
  /** Rows further apart than twice this have a gap between them. */
  readonly stepMs: number;
  readonly timeMs: readonly number[];
  readonly series: Readonly<Record<string, readonly (number | null)[]>>;
}

export interface History {
  /** Undefined for a task without a history (yet, or any more). */
  task(taskId: string, resolution: Resolution): HistoryColumns | undefined;
  host(resolution: Resolution): HistoryColumns;
  /** The last `windowMs` of the machine and of every task with a history, in fine steps. */
  recent(nowMs: number, windowMs: number): RecentHistory;
  /** Tasks with a history, tasks beyond the limit, and the memory of all rings. */
  stats(): { readonly tasks: number; readonly leftOut: number; readonly bytes: number };
  /** Adds what earlier agents recorded, before what is there already. */
  seed(recorded: HistorySeed): void;
  /** Forgets everything. */
  readonly clear: () => void;
  readonly close: () => void;
}

export interface HistoryOptions {
  readonly fine?: HistorySpan;
  readonly coarse?: HistorySpan;
  /** Tasks beyond this many are not recorded: 35 to 92 kB each after a day. 2000 by default. */
  readonly maxTasks?: number;
  readonly logger?: Logger;
}

/** What a history keeps on disk. */
export const RECORDED_GROUPS: readonly FieldGroup[] = [
  'cpu',
  'throttling',
  'memory',
  'memoryDetail',
  'limits',
  'pids',
];

/**
 * What a history and the alerts read; one sampling serves both. I/O, network and pressure change with every sample: a recording
 * would be larger, so they are kept in memory alone.
 */
export const HISTORY_GROUPS: readonly FieldGroup[] = [...RECORDED_GROUPS, 'io', 'network', 'pressure'];

/**
 * Keeps metrics of every task and of the machine in memory: an hour finely, a day coarsely.
 *
 * Samples every `fine.stepMs` until it is closed. The history of a task ends when the task is destroyed.
 */
export function createHistory(
  driver: Pick<Driver, 'allTaskStats' | 'hostStats' | 'tasks'>,
  { fine = FINE, coarse = COARSE, maxTasks = 2_000, logger = silentLogger }: HistoryOptions = {},
): History {
  const tasks = createTaskHistories({ fine, coarse, maxTasks });
  let host = createTwoRings(HOST_GATHERS, fine, coarse);

  const follow = <T>(source$: Observable<T>, next: (value: T) => void): Subscription =>
    source$.subscribe({
      next,
      error: (error: unknown) => logger.error({ err: error }, 'history is no longer recorded'),
    });
  const following = [
    follow(driver.allTaskStats({ intervalMs: fine.stepMs, groups: HISTORY_GROUPS }), (samples) =>
      samples.forEach(tasks.record),
    ),
    follow(driver.hostStats({ intervalMs: fine.stepMs }), (stats) =>
      host.append(stats.timestampMs, hostSeriesRow(stats)),
    ),
    follow(driver.tasks(), (known) => tasks.retain(known)),
  ];
  const stepOf = (resolution: Resolution): number => (resolution === 'fine' ? fine : coarse).stepMs;

  return {
    task(taskId, resolution) {
      const ring = tasks.rings(taskId)?.ring(resolution);
      if (ring === undefined) return undefined;
      return { taskId, resolution, stepMs: stepOf(resolution), ...columnsOf(ring, TASK_SERIES) };
    },
    host: (resolution) => ({
      resolution,
      stepMs: stepOf(resolution),
      ...columnsOf(host.ring(resolution), HOST_SERIES),
    }),
    recent(nowMs, windowMs) {
      const { stepMs } = fine;
      const timeMs = recentGrid(nowMs, windowMs, stepMs);
      const grid = { timeMs, stepMs };
      const ofTasks = tasks.ids().map((id) => {
        const ring = tasks.rings(id)?.ring('fine');
        return ring === undefined ? [] : ([[id, recentTaskColumns(ring, grid)]] as const);
      });
      return {
        ...grid,
        host: recentColumns(host.ring('fine'), HOST_SERIES, { all: HOST_SERIES, ...grid }),
        tasks: Object.fromEntries(ofTasks.flat()),
      };
    },
    stats: () => withBytes(tasks.stats(), host.bytes),
    seed(recorded) {
      host = continued(recorded.host, host, HOST_SERIES.length);
      tasks.seed(recorded.tasks);
    },
    clear() {
      host = createTwoRings(HOST_GATHERS, fine, coarse);
      tasks.retain([]);
    },
    close: () => following.forEach((subscription) => subscription.unsubscribe()),
  };
}

function withBytes<Stats extends { readonly bytes: number }>(stats: Stats, more: number): Stats {
  return { ...stats, bytes: stats.bytes + more };
}

function columnsOf(ring: HistoryRing, names: readonly string[]): Pick<HistoryColumns, 'timeMs' | 'series'> {
  const timeMs: number[] = [];
  const columns = names.map((): (number | null)[] => []);
  ring.forEach((time, valueAt) => {
    timeMs.push(Math.round(time));
    columns.forEach((column, index) => column.push(shortened(valueAt(index))));
  });
  return { timeMs, series: Object.fromEntries(names.map((name, index) => [name, columns[index] ?? []])) };
}
