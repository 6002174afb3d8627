import type { TaskStatus } from '../../src/model/task-status.ts';

/** The status of a task that runs, and of which nothing more is known than a test says. */
export function aTaskStatus(id: string, more: Partial<TaskStatus> = {}): TaskStatus {
  return {
    id,
    name: id,
    allocId: undefined,
    jobName: undefined,
    taskGroupName: undefined,
    phase: 'running',
    state: 'running',
    image: 'example.com/shell',
    podId: undefined,
    pid: undefined,
    startedAtMs: undefined,
    completedAtMs: undefined,
    exitResult: undefined,
    network: undefined,
    cgroupPaths: [],
    memoryLimitBytes: undefined,
    cpusetCpus: undefined,
    stdoutPath: undefined,
    stderrPath: undefined,
    driverAttributes: {},
    ...more,
  };
}
