import { z } from 'zod';

import { exitResultSchema } from '../model/exit-result.ts';
import { processIdSchema } from '../model/process-id.ts';
import { taskSpecSchema } from '../model/task-spec.ts';
import { startTokenSchema, taskHandleSchema } from '../model/task-state.ts';

/** The state of a task on disk, from which a later driver recovers it whenever this one died. */
export const storedTaskSchema = z.strictObject({
  version: z.literal(1),
  id: z.string().min(1),
  phase: z.enum(['preparing', 'starting', 'running', 'exited']),
  /** The driver process that wrote the entry. */
  owner: processIdSchema,
  spec: taskSpecSchema,
  startToken: startTokenSchema,
  podId: z.string().min(1).optional(),
  cgroupPaths: z.array(z.string()),
  /** Present once the task is running. */
  handle: taskHandleSchema.optional(),
  exitResult: exitResultSchema.optional(),
  /** A failed start whose rollback failed: recovery should retry it, even while its owner lives. */
  abandoned: z.literal(true).optional(),
  /** The driver process that destroys the task. If it has died, the next driver finishes. */
  destroyer: processIdSchema.optional(),
  createdAtMs: z.number(),
  updatedAtMs: z.number(),
});

type Frozen<T> = T extends object ? { readonly [Key in keyof T]: Frozen<T[Key]> } : T;

export type StoredTask = Frozen<z.infer<typeof storedTaskSchema>>;
