import { isFailure } from '../model/exit-text.ts';
import { createSeenIds } from '../model/seen-ids.ts';
import type { TaskEvent } from '../model/task-event.ts';
import type { TaskStatus } from '../model/task-status.ts';

/** The properties that all starts of a task share. */
export interface TaskName {
  readonly task: string;
  readonly job: string | undefined;
  readonly taskGroup: string | undefined;
  /** In a fleet. */
  readonly host?: string | undefined;
}

/** The counts of the tasks with one name since the exporter was created. */
export interface TaskCounts extends TaskName {
  readonly starts: number;
  /** Exits with another code than 0 that were not requested, and OOM kills. */
  readonly failures: number;
  readonly oomKills: number;
}

export interface TaskCounters {
  /** Counts an event; ignores an id that was already counted. */
  count(event: TaskEvent): void;
  /** Starts at 0 for tasks that were started before, so that two scrapes show the increase. */
  know(tasks: readonly Pick<TaskStatus, 'id' | 'name'>[]): void;
  /** Those of the most recently seen names. */
  all(): Iterable<TaskCounts>;
}

/** The job that Nomad has started a task for, while the task is known. */
export type FindJob = (taskId: string) => Omit<TaskName, 'task'>;

/** Each task can have a new name, and none of them ever ends. */
const MAX_NAMES = 10_000;

type Counts = { -readonly [K in keyof TaskCounts]: TaskCounts[K] };

/**
 * Counts starts, failures and OOM kills by task name, which outlives the task itself.
 *
 * The series of a task end with it, often before the last values are scraped; these do not.
 */
export function createTaskCounters(findJob: FindJob, maxNames = MAX_NAMES): TaskCounters {
  const counters = new Map<string, Counts>();
  const counted = createSeenIds();
  let known: ReadonlySet<string> = new Set();
  const countsOf = ({ taskId, taskName }: Pick<TaskEvent, 'taskId' | 'taskName'>): Counts => {
    const name = { task: taskName, ...findJob(taskId) };
    const key = JSON.stringify([name.host, name.job, name.taskGroup, name.task]);
    const counts = counters.get(key) ?? { ...name, starts: 0, failures: 0, oomKills: 0 };
    counters.delete(key);
    counters.set(key, counts);
    for (const oldest of counters.keys()) {
      if (counters.size <= maxNames) break;
      counters.delete(oldest);
    }
    return counts;
  };
  return {
    count(event) {
      const { id, kind, exitResult } = event;
      if ((kind !== 'started' && exitResult === undefined) || !counted.isNew(id)) return;
      const counts = countsOf(event);
      if (kind === 'started') counts.starts += 1;
      if (exitResult?.oomKilled === true) counts.oomKills += 1;
      if (exitResult !== undefined && isFailure(exitResult)) counts.failures += 1;
    },
    know(tasks) {
      for (const { id, name } of tasks) if (!known.has(id)) countsOf({ taskId: id, taskName: name });
      known = new Set(tasks.map(({ id }) => id));
    },
    all: () => ({ [Symbol.iterator]: () => counters.values() }),
  };
}
