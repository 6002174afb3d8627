import type { TaskStatsSample } from '../../model/task-stats.ts';
import { TASK_GATHERS } from './history-gathers.ts';
import { taskSeriesRow, type Before } from './task-series.ts';
import { createTwoRings, type HistorySpan, type TwoRings } from './two-rings.ts';

/** The rings of each task that is recorded. */
export interface TaskHistories {
  readonly record: (sample: TaskStatsSample) => void;
  /** Forgets all tasks but these. */
  retain(taskIds: ReadonlySet<string>): void;
  rings(taskId: string): TwoRings | undefined;
  /** Tasks with a history, those beyond the limit, and the memory of all rings. */
  stats(): { readonly tasks: number; readonly leftOut: number; readonly bytes: number };
}

export interface TaskHistoriesOptions {
  readonly fine: HistorySpan;
  readonly coarse: HistorySpan;
  readonly maxTasks: number;
}

interface Entry {
  readonly rings: TwoRings;
  before: Before | undefined;
}

export function createTaskHistories({ fine, coarse, maxTasks }: TaskHistoriesOptions): TaskHistories {
  const entries = new Map<string, Entry>();
  const leftOut = new Set<string>();

  const entryOf = (taskId: string): Entry | undefined => {
    const known = entries.get(taskId);
    if (known !== undefined) return known;
    if (entries.size >= maxTasks) {
      leftOut.add(taskId);
      return undefined;
    }
    const entry = { rings: createTwoRings(TASK_GATHERS, fine, coarse), before: undefined };
    entries.set(taskId, entry);
    leftOut.delete(taskId);
    return entry;
  };
  return {
    record({ taskId, usage }) {
      const entry = entryOf(taskId);
      if (entry === undefined || entry.before?.timestampMs === usage.timestampMs) return;
      entry.rings.append(usage.timestampMs, taskSeriesRow(usage, entry.before));
      entry.before = { timestampMs: usage.timestampMs, cpu: usage.cpu };
    },
    retain(taskIds) {
      for (const id of [...entries.keys()]) if (!taskIds.has(id)) entries.delete(id);
      for (const id of [...leftOut]) if (!taskIds.has(id)) leftOut.delete(id);
    },
    rings: (taskId) => entries.get(taskId)?.rings,
    stats: () => ({
      tasks: entries.size,
      leftOut: leftOut.size,
      bytes: [...entries.values()].reduce((sum, { rings }) => sum + rings.bytes, 0),
    }),
  };
}
