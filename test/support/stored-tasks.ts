import type { TaskSpecInput } from '../../src/model/task-spec.ts';
import type { StoredTask } from '../../src/registry/stored-task.ts';
import { aTaskSpec } from './task-specs.ts';

export function aStoredTask(
  id = 'one',
  spec: Partial<TaskSpecInput> = {},
  more: Partial<StoredTask> = {},
): StoredTask {
  return {
    version: 1,
    id,
    phase: 'running',
    owner: { pid: 10, startTicks: 20 },
    spec: aTaskSpec(id, spec),
    startToken: `start-of-${id}`,
    cgroupPaths: ['/sys/fs/cgroup/unified/x'],
    createdAtMs: 1,
    updatedAtMs: 2,
    ...more,
  };
}
