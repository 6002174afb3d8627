import { z } from 'zod';

/** What is said of an alert of a task wherever it is sent or kept. Times are in ms since 1970. */
export const alertFields = {
  /** The same when it begins and when it ends. */
  id: z.string(),
  taskId: z.string(),
  /** The name of the rule. */
  rule: z.string(),
  state: z.enum(['raised', 'cleared']),
  value: z.number(),
  threshold: z.number(),
  raisedAtMs: z.number(),
  labels: z.record(z.string(), z.string()),
  message: z.string(),
};
