import type { DriverNetwork } from '../model/driver-network.ts';
import type { ExitResult } from '../model/exit-result.ts';
import type { ProcessId } from '../model/process-id.ts';
import type { TaskSpec } from '../model/task-spec.ts';
import type { TaskPhase } from '../model/task-status.ts';

/** The complete state of one task in the driver. Frozen: a change creates a new record. */
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
  /** Absolute directories; empty when the task has no cgroup. */
  readonly cgroupPaths: readonly string[];
  /** The exit was requested, and the data directory could not record it: see `ops/end-request.ts`. */
  readonly stopRequested: boolean;
  /** The task was started by another driver. */
  readonly recovery?: Recovery;
}

/** The result of recovering a task. */
export interface Recovery {
  /** An earlier driver of this name has published the exit. */
  readonly isExitPublished: boolean;
}

/** The required properties of a new record; the rest has defaults (`phase` is `preparing`). */
export type NewTask = Pick<TaskRecord, 'id' | 'spec' | 'startToken'> & Partial<TaskRecord>;

/** The properties of a record that may change. Its phase changes only by a transition. */
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
