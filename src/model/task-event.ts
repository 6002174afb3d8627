import { z } from 'zod';

import { exitResultSchema } from './exit-result.ts';

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

/**
 * One thing that happened to a task.
 *
 * Events are published at least once: a driver that was killed right after it published one cannot know that it did, and
 * the next one publishes it again, with the same id. A consumer counts an id once.
 */
export const taskEventSchema = z.strictObject({
  /**
   * Made of the start token and the kind, so that every driver gives an event the same id; kinds that happen several times
   * in a life also name the driver and a number.
   */
  id: z.string(),
  kind: z.enum(TASK_EVENT_KINDS),
  taskId: z.string(),
  taskName: z.string(),
  allocId: z.string().optional(),
  /** When it was published. `exitResult.completedAtMs` is when the task ended. */
  timeMs: z.number(),
  message: z.string(),
  /** Strings, as Nomad wants them (`exit_code`, `signal`, `oom_killed`, …). */
  annotations: z.record(z.string(), z.string()),
  /** Of kind `exited` alone. */
  exitResult: exitResultSchema.optional(),
  /** An earlier driver may have published it already: the end lies before this driver's begin, and is not noted as published. */
  repeated: z.literal(true).optional(),
});

export type TaskEvent = z.infer<typeof taskEventSchema>;
export type TaskEventKind = TaskEvent['kind'];

/** Kinds that happen once in the life of a task, whichever driver publishes them. */
export const ONCE_A_LIFE: ReadonlySet<TaskEventKind> = new Set<TaskEventKind>([
  'prepared',
  'started',
  'network-ready',
  'exited',
  'destroyed',
  'failed',
]);
