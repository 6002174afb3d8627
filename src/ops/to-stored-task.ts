import type { StoredTask } from '../registry/stored-task.ts';
import type { TaskRecord } from '../registry/task-record.ts';
import type { OpsContext } from './ops-context.ts';
import { handleOf } from './task-handle.ts';

const STORED_PHASE = {
  preparing: 'preparing',
  starting: 'starting',
  running: 'running',
  stopping: 'running',
  unknown: 'running',
  exited: 'exited',
} as const;

/** The state from which the next driver recovers a task. */
export function storedTask(ctx: OpsContext, record: TaskRecord): StoredTask {
  const nowMs = ctx.scheduler.now();
  const handle = handleOf(record);
  return {
    version: 1,
    id: record.id,
    phase: STORED_PHASE[record.phase],
    owner: ctx.owner,
    spec: record.spec,
    startToken: record.startToken,
    cgroupPaths: [...record.cgroupPaths],
    createdAtMs: record.startedAtMs ?? nowMs,
    updatedAtMs: nowMs,
    ...(record.podId !== undefined && { podId: record.podId }),
    ...(handle !== undefined && { handle }),
    ...(record.exitResult !== undefined && { exitResult: record.exitResult }),
  };
}
