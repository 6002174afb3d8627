import {
  concat,
  defaultIfEmpty,
  defer,
  filter,
  of,
  take,
  takeUntil,
  throwError,
  type Observable,
} from 'rxjs';

import { taskNotFound } from '../model/errors.ts';
import type { FieldGroup } from '../model/field-groups.ts';
import type { TaskResourceUsage } from '../model/task-stats.ts';
import { poll } from './operators/poll.ts';
import { takeUntilAbort } from './operators/take-until-abort.ts';
import { measureTask } from './stats/measure-task.ts';
import type { StatsDeps } from './stats/stats-deps.ts';
import { statsState } from './stats/stats-state.ts';
import { createUsageMeter } from './stats/usage-meter.ts';

export interface TaskStatsOptions {
  /** 1000 by default, at least 100. */
  readonly intervalMs?: number;
  /** What to read; what Nomad shows by default. */
  readonly groups?: readonly FieldGroup[];
  /** Figures of every process of the task as well: the group `processes`. */
  readonly perProcess?: boolean;
  /** Completes the stream. */
  readonly signal?: AbortSignal;
}

/**
 * Resource usage of one task, sampled every `intervalMs`.
 *
 * The first sample comes at once, with rates of 0. A tick that finds the last sample still under way is skipped; a sample
 * that fails, or whose counters went back, is left out; both are counted. CPU percent is of one core, memory in bytes.
 *
 * Source: the task's cgroup, else pidusage over its process tree; docs/stats.md has every field.
 * Hot, shared by all who ask for the same task, interval and detail; the last sample is replayed; sampling stops 1 s after
 * the last subscriber left.
 *
 * @throws RKT_ERR_TASK_NOT_FOUND at subscription
 * @completes when the task has exited or was removed, after a final sample if one can be had; at shutdown; by `signal`
 */
export function taskStats(
  deps: StatsDeps,
  taskId: string,
  options: TaskStatsOptions = {},
): Observable<TaskResourceUsage> {
  const { perProcess = false, signal } = options;
  return defer(() => {
    const record = deps.registry.get(taskId);
    if (record === undefined) return throwError(() => taskNotFound(taskId));
    const { streams } = statsState(deps);
    const intervalMs = streams.intervalMs(options.intervalMs);
    const key = JSON.stringify([taskId, record.startToken, intervalMs, perProcess]);
    return streams.get(key, () => sampleUntilExit(deps, taskId, intervalMs, perProcess));
  }).pipe(takeUntilAbort(signal));
}

function sampleUntilExit(
  deps: StatsDeps,
  taskId: string,
  intervalMs: number,
  perProcess: boolean,
): Observable<TaskResourceUsage> {
  const { cpu, counters } = statsState(deps);
  const meter = createUsageMeter(cpu);
  const measure = (): Promise<TaskResourceUsage | undefined> => measureTask(deps, meter, taskId, perProcess);
  const samples$ = poll(measure, {
    intervalMs,
    scheduler: deps.scheduler,
    onSkip: () => {
      counters.skippedTicks += 1;
    },
  });
  return concat(samples$.pipe(takeUntil(taskEnded(deps.registry, taskId))), defer(measure)).pipe(
    filter((usage) => usage !== undefined),
  );
}

/** Emits once, when the task has exited or is gone, or the registry was closed. */
function taskEnded(registry: StatsDeps['registry'], taskId: string): Observable<unknown> {
  return defer(() => {
    const phase = registry.get(taskId)?.phase;
    if (phase === undefined || phase === 'exited') return of(true);
    return registry.changes$.pipe(
      filter(({ kind, record }) => record.id === taskId && (kind === 'removed' || record.phase === 'exited')),
      take(1),
      defaultIfEmpty(true),
    );
  });
}
