import type { TaskStatsSample } from '../../model/task-stats.ts';
import type { TaskStatus } from '../../model/task-status.ts';
import { TASK_GATHERS } from './history-gathers.ts';
import { continued, type TaskSeed } from './history-seed.ts';
import { beforeOf, taskSeriesRow, type Before } from './task-series.ts';
import { createTwoRings, type HistorySpan, type TwoRings } from './two-rings.ts';

/** The rings of each task that is recorded. */
export interface TaskHistories {
  readonly record: (sample: TaskStatsSample) => void;
  /** Forgets all tasks but these. */
  retain(known: readonly KnownTask[]): void;
  /** Adds what was recorded of the tasks that are known, and of those that will be recovered. */
  seed(recorded: ReadonlyMap<string, TaskSeed>): void;
  rings(taskId: string): TwoRings | undefined;
  /** The tasks with a history. */
  ids(): readonly string[];
  /** Tasks with a history, those beyond the limit, and the memory of all rings. */
  stats(): { readonly tasks: number; readonly leftOut: number; readonly bytes: number };
}

export interface TaskHistoriesOptions {
  readonly fine: HistorySpan;
  readonly coarse: HistorySpan;
  readonly maxTasks: number;
}

type KnownTask = Pick<TaskStatus, 'id' | 'startedAtMs'>;

interface Entry {
  rings: TwoRings;
  before: Before | undefined;
}

export function createTaskHistories({ fine, coarse, maxTasks }: TaskHistoriesOptions): TaskHistories {
  const entries = new Map<string, Entry>();
  const leftOut = new Set<string>();
  const seeds = new Map<string, TaskSeed>();
  let latest: readonly KnownTask[] = [];

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
  const adopt = (): void => {
    for (const { id, startedAtMs } of latest) {
      const seed = seeds.get(id);
      if (seed === undefined) continue;
      seeds.delete(id);
      const entry = startedAtMs === seed.startedAtMs ? entryOf(id) : undefined;
      if (entry === undefined) continue;
      entry.rings = continued(seed.rings, entry.rings, TASK_GATHERS.length);
      entry.before ??= seed.before;
    }
  };
  return {
    record({ taskId, usage }) {
      const entry = entryOf(taskId);
      if (entry === undefined || entry.before?.timestampMs === usage.timestampMs) return;
      entry.rings.append(usage.timestampMs, taskSeriesRow(usage, entry.before));
      entry.before = beforeOf(usage);
    },
    retain(known) {
      latest = known;
      const taskIds = new Set(known.map(({ id }) => id));
      for (const id of [...entries.keys()]) if (!taskIds.has(id)) entries.delete(id);
      for (const id of [...leftOut]) if (!taskIds.has(id)) leftOut.delete(id);
      adopt();
    },
    seed(recorded) {
      for (const [id, seed] of recorded) seeds.set(id, seed);
      adopt();
    },
    rings: (taskId) => entries.get(taskId)?.rings,
    ids: () => [...entries.keys()],
    stats: () => ({
      tasks: entries.size,
      leftOut: leftOut.size,
      bytes: [...entries.values()].reduce((sum, { rings }) => sum + rings.bytes, 0),
    }),
  };
}
