import type { DriverNetwork } from '../model/driver-network.ts';
import type { ExitResult } from '../model/exit-result.ts';
import type { ProcessId } from '../model/process-id.ts';
import type { TaskSpec } from '../model/task-spec.ts';
import type { TaskPhase } from '../model/task-status.ts';

/** All that the driver knows of one task. Frozen: a change makes a new record. */
export interface TaskRecord {
  readonly id: string;
  readonly name: string;
  readonly allocId?: string;
  readonly spec: TaskSpec;
  /** Distinguishes this start from every other one, of any task. */
  readonly startToken: string;
  readonly phase: TaskPhase;
  readonly podId?: string;
  /** The app (fly) or the stage1 supervisor. */
  readonly process?: ProcessId;
  /** The shell that waits for it. */
  readonly shim?: ProcessId;
  readonly startedAtMs?: number;
  readonly exitResult?: ExitResult;
  readonly network?: DriverNetwork;
  /** Absolute directories; empty when the task has no cgroup of its own. */
  readonly cgroupPaths: readonly string[];
  /** The end was requested, and the data directory could not take the note of it: see `ops/end-request.ts`. */
  readonly stopRequested: boolean;
  /** Of a task that another driver has started. */
  readonly recovery?: Recovery;
}

/** What was found when a task was recovered. */
export interface Recovery {
  /** An earlier driver of this name has published the end. */
  readonly isExitPublished: boolean;
}

/** What a new record needs; the rest has defaults (`phase` is `preparing`). */
export type NewTask = Pick<TaskRecord, 'id' | 'spec' | 'startToken'> & Partial<TaskRecord>;

/** What may be changed of a record. Its phase changes by a transition only. */
export type TaskPatch = Partial<Omit<TaskRecord, 'id' | 'spec' | 'startToken' | 'phase'>>;

/** The record of a task that is new to the registry. */
export function newTaskRecord(task: NewTask): TaskRecord {
  const { allocId } = task.spec;
  return Object.freeze({
    name: task.spec.name ?? task.id,
    ...(allocId === undefined ? {} : { allocId }),
    phase: 'preparing',
    cgroupPaths: [],
    stopRequested: false,
    ...task,
  });
}
