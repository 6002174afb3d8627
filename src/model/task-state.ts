import { z } from 'zod';

import { networkSchema } from './driver-network.ts';
import { processIdSchema } from './process-id.ts';
import { taskSpecSchema } from './task-spec.ts';

export const HANDLE_VERSION = 1;

/** Used as a file name, so it must be a single path component. */
export const startTokenSchema = z.string().regex(/^[\w-]{1,64}$/, 'is not a start token');

/** The data from which recoverTask finds a task again. Nomad keeps it as bytes inside its own handle. */
export const taskStateSchema = z.strictObject({
  spec: taskSpecSchema,
  podId: z.string().min(1),
  /** Distinguishes this start from every other one, of any task. */
  startToken: startTokenSchema,
  /** The app (fly) or the stage1 supervisor: the pid that `rkt status` prints. */
  process: processIdSchema,
  /** The shell that waits for it and writes the exit file. */
  shim: processIdSchema,
  startedAtMs: z.number(),
  /** Absolute directories, one per hierarchy (v1) or a single one (v2); empty when the task has no cgroup. */
  cgroupPaths: z.array(z.string()),
  network: networkSchema.optional(),
});

/** The handle of a running task. */
export const taskHandleSchema = z.strictObject({
  version: z.literal(HANDLE_VERSION),
  state: taskStateSchema,
});

export type TaskState = z.infer<typeof taskStateSchema>;
export type TaskHandle = z.infer<typeof taskHandleSchema>;
