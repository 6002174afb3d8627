import { z } from 'zod';

export const TASK_EVENT_KINDS = [
  'prepared',
  'started',
  'network-ready',
  'stats-degraded',
  'signaled',
  'stopping',
  'killed',
  'exited',
  'recovered',
  'destroyed',
  'failed',
] as const;

/** One thing that happened to a task. Annotations are strings, as Nomad wants them (`exit_code`, `signal`, `oom_killed`, …). */
export const taskEventSchema = z.strictObject({
  kind: z.enum(TASK_EVENT_KINDS),
  taskId: z.string(),
  taskName: z.string(),
  allocId: z.string().optional(),
  timeMs: z.number(),
  message: z.string(),
  annotations: z.record(z.string(), z.string()),
});

export type TaskEvent = z.infer<typeof taskEventSchema>;
export type TaskEventKind = TaskEvent['kind'];
