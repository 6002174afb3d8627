import type { TaskResourceUsage, TaskStatus } from '../../src/index.ts';

/** The status of a task, as short as a test wants it. */
export function status(id: string, more: Partial<TaskStatus> = {}): TaskStatus {
  return {
    id,
    name: id,
    allocId: undefined,
    phase: 'running',
    state: 'running',
    image: 'example.com/shell',
    podId: undefined,
    pid: undefined,
    startedAtMs: 1_000,
    completedAtMs: undefined,
    exitResult: undefined,
    network: undefined,
    cgroupPaths: [],
    memoryLimitBytes: undefined,
    stdoutPath: undefined,
    stderrPath: undefined,
    driverAttributes: {},
    ...more,
  };
}

export function usage(timestampMs: number, more: Partial<TaskResourceUsage> = {}): TaskResourceUsage {
  return { timestampMs, source: 'cgroup-v2', cpu: {}, memory: {}, ...more };
}
