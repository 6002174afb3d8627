import { z } from 'zod';

import { exitResultSchema } from '../model/exit-result.ts';
import { processIdSchema } from '../model/process-id.ts';
import { taskSpecSchema } from '../model/task-spec.ts';
import { taskHandleSchema } from '../model/task-state.ts';

/** What is kept of a task on disk, so that a later driver finds it whenever this one died. */
export const storedTaskSchema = z.strictObject({
  version: z.literal(1),
  id: z.string().min(1),
  phase: z.enum(['preparing', 'starting', 'running', 'exited']),
  /** The driver process that wrote the entry. */
  owner: processIdSchema,
  spec: taskSpecSchema,
  startToken: z.string().min(1),
  podId: z.string().min(1).optional(),
  cgroupPaths: z.array(z.string()),
  /** From the moment the task runs. */
  handle: taskHandleSchema.optional(),
  exitResult: exitResultSchema.optional(),
  createdAtMs: z.number(),
  updatedAtMs: z.number(),
});

export type StoredTask = z.infer<typeof storedTaskSchema>;
