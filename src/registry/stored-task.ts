import { z } from 'zod';

import { exitResultSchema } from '../model/exit-result.ts';
import { processIdSchema } from '../model/process-id.ts';
import { taskSpecSchema } from '../model/task-spec.ts';
import { startTokenSchema, taskHandleSchema } from '../model/task-state.ts';

/** What is kept of a task on disk, so that a later driver finds it whenever this one died. */
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
  /** From the moment the task runs. */
  handle: taskHandleSchema.optional(),
  exitResult: exitResultSchema.optional(),
  /** A start that failed and could not be undone: whoever recovers shall try again, also while its owner lives. */
  abandoned: z.literal(true).optional(),
  /** The driver process that destroys the task. When it has died, the next driver finishes. */
  destroyer: processIdSchema.optional(),
  createdAtMs: z.number(),
  updatedAtMs: z.number(),
});

export type StoredTask = z.infer<typeof storedTaskSchema>;
