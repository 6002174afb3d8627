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
 * An event of a task.
 *
 * Events are published at least once: a driver that was killed right after publishing an event cannot record that it
 * did, and the next one publishes it again, with the same id. Consumers should count each id once.
 */
export const taskEventSchema = z.strictObject({
  /**
   * Derived from the start token and the kind, so that every driver gives an event the same id; ids of kinds that can
   * occur several times also contain the driver and a number.
   */
  id: z.string(),
  kind: z.enum(TASK_EVENT_KINDS),
  taskId: z.string(),
  taskName: z.string(),
  allocId: z.string().optional(),
  /** The time of publication. `exitResult.completedAtMs` is the time of the exit. */
  timeMs: z.number(),
  message: z.string(),
  /** Strings, as Nomad wants them (`exit_code`, `signal`, `oom_killed`, …). */
  annotations: z.record(z.string(), z.string()),
  /** Only for the kind `exited`. */
  exitResult: exitResultSchema.optional(),
  /**
   * An earlier driver may have published it: the exit happened before this driver started, and is not recorded as
   * published.
   */
  repeated: z.literal(true).optional(),
});

export type TaskEvent = z.infer<typeof taskEventSchema>;
export type TaskEventKind = TaskEvent['kind'];

/** Kinds that occur once per task, whichever driver publishes them. */
export const ONCE_A_LIFE: ReadonlySet<TaskEventKind> = new Set<TaskEventKind>([
  'prepared',
  'started',
  'network-ready',
  'exited',
  'destroyed',
  'failed',
]);
