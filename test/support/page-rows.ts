import type { TaskResourceUsage, TaskStatus } from '../../src/index.ts';
import { aTaskStatus } from './task-statuses.ts';

/** The status of a task, as short as a test wants it. */
export function status(id: string, more: Partial<TaskStatus> = {}): TaskStatus {
  return aTaskStatus(id, { startedAtMs: 1_000, ...more });
}

export function usage(timestampMs: number, more: Partial<TaskResourceUsage> = {}): TaskResourceUsage {
  return { timestampMs, source: 'cgroup-v2', cpu: {}, memory: {}, ...more };
}
