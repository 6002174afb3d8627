import type { RecordedDocument } from '../../drivers/recorded/recorded-document.ts';
import type { TaskStatsSample } from '../../model/task-stats.ts';
import { HOST_GATHERS, TASK_GATHERS, hostSeriesRow } from './history-gathers.ts';
import { beforeOf, taskSeriesRow, type Before } from './task-series.ts';
import { createTwoRings, type TwoRings } from './two-rings.ts';

/** The recorded history of a task. */
export interface TaskSeed {
  readonly rings: TwoRings;
  before: Before | undefined;
  /** Another start of the same id has another history. */
  startedAtMs: number | undefined;
}

/** What earlier agents recorded: of the machine, and of the tasks that were there at the end. */
export interface HistorySeed {
  readonly host: TwoRings;
  readonly tasks: ReadonlyMap<string, TaskSeed>;
  readonly document: (document: RecordedDocument) => void;
  readonly sample: (sample: TaskStatsSample) => void;
}

export function createHistorySeed(): HistorySeed {
  const host = createTwoRings(HOST_GATHERS);
  const tasks = new Map<string, TaskSeed>();
  const started = (id: string, startedAtMs: number | undefined): void => {
    const known = tasks.get(id);
    // The time is not known before the task runs.
    if (known?.startedAtMs !== undefined && known.startedAtMs !== startedAtMs) tasks.delete(id);
    const seed = tasks.get(id) ?? { rings: createTwoRings(TASK_GATHERS), before: undefined, startedAtMs };
    seed.startedAtMs = startedAtMs;
    tasks.set(id, seed);
  };
  return {
    host,
    tasks,
    document(document) {
      if (document.kind === 'host') host.append(document.value.timestampMs, hostSeriesRow(document.value));
      if (document.kind === 'removed') tasks.delete(document.value);
      if (document.kind === 'task') started(document.value.id, document.value.startedAtMs);
      if (document.kind === 'tasks') {
        const listed = new Set(document.value.map(({ id }) => id));
        for (const id of [...tasks.keys()]) if (!listed.has(id)) tasks.delete(id);
        document.value.forEach(({ id, startedAtMs }) => started(id, startedAtMs));
      }
    },
    sample({ taskId, usage }) {
      const seed = tasks.get(taskId);
      if (seed === undefined) return;
      seed.rings.append(usage.timestampMs, taskSeriesRow(usage, seed.before));
      seed.before = beforeOf(usage);
    },
  };
}

/** Adds the rows of `later` to `earlier`, and returns that. */
export function continued(earlier: TwoRings, later: TwoRings, width: number): TwoRings {
  later.ring('fine').forEach((timeMs, valueAt) => {
    earlier.append(
      timeMs,
      Array.from({ length: width }, (_, index) => valueAt(index)),
    );
  });
  return earlier;
}
