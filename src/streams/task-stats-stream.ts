import { defer, throwError, type Observable } from 'rxjs';

import { taskNotFound } from '../model/rkt-error.ts';
import { DEFAULT_FIELD_GROUPS, groupMask, type FieldGroup } from '../model/field-groups.ts';
import type { TaskResourceUsage } from '../model/task-stats.ts';
import { takeUntilAbort } from './operators/take-until-abort.ts';
import type { Stats } from './stats/create-stats.ts';

export interface TaskStatsOptions {
  /** 1000 by default, at least 100. */
  readonly intervalMs?: number;
  /** The groups to read; by default those that Nomad shows. */
  readonly groups?: readonly FieldGroup[];
  /** Also metrics of every process of the task: the group `processes`. */
  readonly perProcess?: boolean;
  /** Completes the stream. */
  readonly signal?: AbortSignal;
}

/**
 * Resource usage of one task, sampled every `intervalMs`.
 *
 * The first sample is emitted immediately, with rates of 0. A tick is skipped while the previous sample is in
 * progress; a sample that fails, or whose counters decreased, is left out; both are counted. CPU percent is of one
 * core, memory in bytes.
 *
 * Source: the task's cgroup, else pidusage over its process tree; docs/stats.md describes every field. Hot, shared by
 * subscribers with the same task, interval and groups; the last sample is replayed; sampling stops 1 s after the last
 * subscriber unsubscribed.
 *
 * @throws RKT_ERR_TASK_NOT_FOUND at subscription
 * @completes when the task has exited or was removed, after a final sample if possible; at shutdown, or immediately
 * after it; by `signal`
 */
export function taskStats(
  stats: Stats,
  taskId: string,
  options: TaskStatsOptions = {},
): Observable<TaskResourceUsage> {
  const { perProcess = false, signal } = options;
  return defer(() => {
    const record = stats.registry.get(taskId);
    if (record === undefined) return throwError(() => taskNotFound(taskId));
    const { streams, engine } = stats;
    const intervalMs = streams.intervalMs(options.intervalMs);
    const asked = options.groups ?? DEFAULT_FIELD_GROUPS;
    const groups = groupMask(perProcess ? [...asked, 'processes'] : asked);
    const key = JSON.stringify([taskId, record.startToken, intervalMs, groups]);
    return streams.get(key, () => engine.watchTask(taskId, intervalMs, groups));
  }).pipe(takeUntilAbort(signal));
}
