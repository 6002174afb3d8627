import { HANDLE_VERSION, type TaskHandle } from '../model/task-state.ts';
import type { TaskRecord } from '../registry/task-record.ts';

/** The handle of a task; undefined while it has not started. */
export function handleOf(record: TaskRecord): TaskHandle | undefined {
  const { spec, podId, startToken, process, shim, startedAtMs, cgroupPaths, network } = record;
  if (podId === undefined || process === undefined || shim === undefined || startedAtMs === undefined)
    return undefined;
  return {
    version: HANDLE_VERSION,
    state: {
      spec,
      podId,
      startToken,
      process,
      shim,
      startedAtMs,
      cgroupPaths: [...cgroupPaths],
      ...(network !== undefined && { network }),
    },
  };
}
