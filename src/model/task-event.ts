import { z } from 'zod';

import { exitResultSchema, type ExitResult } from './exit-result.ts';

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

export type TaskEventKind = (typeof TASK_EVENT_KINDS)[number];

/** What an event says beside its message, by its kind. All values are strings, as Nomad wants them. */
export interface TaskEventAnnotations {
  /** The pod is there. `without_effect` lists attributes of the task that its stage1 ignores. */
  readonly prepared: { readonly pod: string; readonly image: string; readonly without_effect?: string };
  /** The app runs. `restarts` counts the restarts by the policy of the task; absent at the first start. */
  readonly started: { readonly pid: string; readonly pod: string; readonly restarts?: string };
  readonly 'network-ready': { readonly ip: string };
  /** The metrics of the task are incomplete. */
  readonly 'stats-degraded': { readonly error: string };
  /** signalTask has sent a signal, by its name. */
  readonly signaled: { readonly signal: string };
  /** SIGKILL follows `timeout_ms` after the signal; `0` is at once. */
  readonly stopping: { readonly signal: string; readonly timeout_ms: string };
  /** SIGKILL was sent: `signal` is `9`. */
  readonly killed: { readonly signal: string };
  /** {@link ExitResult} as strings. */
  readonly exited: {
    readonly exit_code?: string;
    readonly signal?: string;
    readonly oom_killed: string;
    readonly requested?: string;
    readonly completed_at_ms: string;
    readonly source: ExitResult['source'];
    readonly error?: string;
  };
  /** The task was started by an earlier driver, or by another one of the data directory. */
  readonly recovered: { readonly pod: string };
  /** Nothing of the task is left. */
  readonly destroyed: { readonly pod?: string };
  /** The start failed, and was rolled back. `code` is that of the error. */
  readonly failed: { readonly error: string; readonly code?: string };
}

/** A {@link TaskEvent} of one kind. */
export interface TaskEventOf<Kind extends TaskEventKind> {
  /**
   * Derived from the start token and the kind, so that every driver gives an event the same id; ids of kinds that can
   * occur several times also contain the driver and a number.
   */
  readonly id: string;
  readonly kind: Kind;
  readonly taskId: string;
  readonly taskName: string;
  /** Nomad's allocation. */
  readonly allocId?: string | undefined;
  /** The time of publication in ms since 1970. `exitResult.completedAtMs` is the time of the exit. */
  readonly timeMs: number;
  /** One sentence for people. */
  readonly message: string;
  /** For programs. */
  readonly annotations: TaskEventAnnotations[Kind];
  /** Only for the kind `exited`. */
  readonly exitResult?: (Kind extends 'exited' ? ExitResult : never) | undefined;
  /**
   * An earlier driver may have published it: the exit happened before this driver started, and is not recorded as
   * published.
   */
  readonly repeated?: true | undefined;
}

/**
 * An event of a task: a union of all kinds, discriminated by `kind`.
 *
 * Events are published at least once: a driver that was killed right after publishing an event cannot record that it
 * did, and the next one publishes it again, with the same id. Consumers should count each id once.
 */
export type TaskEvent = { readonly [Kind in TaskEventKind]: TaskEventOf<Kind> }[TaskEventKind];

/** {@link TaskEvent}. Annotations are not validated by kind: a newer driver may add some. */
export const taskEventSchema = z.strictObject({
  id: z.string(),
  kind: z.enum(TASK_EVENT_KINDS),
  taskId: z.string(),
  taskName: z.string(),
  allocId: z.string().optional(),
  timeMs: z.number(),
  message: z.string(),
  annotations: z.record(z.string(), z.string()),
  exitResult: exitResultSchema.optional(),
  repeated: z.literal(true).optional(),
});

/** Kinds that occur once per task, whichever driver publishes them. */
export const ONCE_A_LIFE: ReadonlySet<TaskEventKind> = new Set<TaskEventKind>([
  'prepared',
  'started',
  'network-ready',
  'exited',
  'destroyed',
  'failed',
]);
