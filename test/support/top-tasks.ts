import { NO_DATA, withSamples, withTasks, type TopData } from '../../src/cli/top/top-data.ts';
import type { TaskResourceUsage } from '../../src/model/task-stats.ts';
import type { TaskStatus } from '../../src/model/task-status.ts';
import { aTaskStatus } from './task-statuses.ts';

/** A task that runs since 1970. */
export function aStatus(id: string, more: Partial<TaskStatus> = {}): TaskStatus {
  const known = { image: `example.com/${id}:1.0`, podId: `pod-of-${id}`, pid: 42, startedAtMs: 0 };
  return aTaskStatus(id, { ...known, ...more });
}

/** A sample with so many percent of a core, and so many bytes. */
export function aUsage(
  percent: number,
  workingSetBytes: number,
  more: Partial<TaskResourceUsage> = {},
): TaskResourceUsage {
  return { timestampMs: 0, source: 'cgroup-v1', cpu: { percent }, memory: { workingSetBytes }, ...more };
}

/** Tasks that were measured once, an hour after 1970. */
export function someData(
  ...tasks: readonly (readonly [status: TaskStatus, usage?: TaskResourceUsage])[]
): TopData {
  const statuses = tasks.map(([status]) => status);
  const samples = tasks.flatMap(([{ id: taskId }, usage]) =>
    usage === undefined ? [] : [{ taskId, usage }],
  );
  return { ...withSamples(withTasks(NO_DATA, statuses), samples), nowMs: 3_600_000 };
}
