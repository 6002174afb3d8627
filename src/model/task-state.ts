import { z } from 'zod';

import { networkSchema, type DriverNetwork } from './driver-network.ts';
import { processIdSchema, type ProcessId } from './process-id.ts';
import { taskSpecSchema, type TaskSpec } from './task-spec.ts';

export const HANDLE_VERSION = 1;

/** Used as a file name, so it must be a single path component. */
export const startTokenSchema = z.string().regex(/^[\w-]{1,64}$/, 'is not a start token');

/** The data from which recoverTask finds a task again. Nomad keeps it as bytes inside its own handle. */
export interface TaskState {
  /** What the task was started with, its environment included. */
  readonly spec: TaskSpec;
  /** UUID of the pod. */
  readonly podId: string;
  /** Distinguishes this start from every other one, of any task. */
  readonly startToken: string;
  /** The app (fly) or the stage1 supervisor: the pid that `rkt status` prints. */
  readonly process: ProcessId;
  /** The shell that waits for it and writes the exit file. */
  readonly shim: ProcessId;
  /** Milliseconds since 1970. */
  readonly startedAtMs: number;
  /** Absolute directories, one per hierarchy (v1) or a single one (v2); empty when the task has no cgroup. */
  readonly cgroupPaths: readonly string[];
  /** Absent when the pod has no network of its own. */
  readonly network?: DriverNetwork | undefined;
}

/** The handle of a running task: plain JSON, by which a later driver recovers the task. */
export interface TaskHandle {
  readonly version: typeof HANDLE_VERSION;
  readonly state: TaskState;
}

/** {@link TaskState}. */
export const taskStateSchema = z.strictObject({
  spec: taskSpecSchema,
  podId: z.string().min(1),
  startToken: startTokenSchema,
  process: processIdSchema,
  shim: processIdSchema,
  startedAtMs: z.number(),
  cgroupPaths: z.array(z.string()),
  network: networkSchema.optional(),
});

/** {@link TaskHandle}. */
export const taskHandleSchema = z.strictObject({
  version: z.literal(HANDLE_VERSION),
  state: taskStateSchema,
});
