import { z } from 'zod';

import { networkSchema } from '../../model/driver-network.ts';
import { exitResultSchema } from '../../model/exit-result.ts';
import type { Fingerprint } from '../../model/fingerprint.ts';
import type { HostStats } from '../../model/host-stats.ts';
import { taskEventSchema, type TaskEvent } from '../../model/task-event.ts';
import { TASK_PHASES, type TaskStatus } from '../../model/task-status.ts';
import {
  recordedAlertSchema,
  recordedDeliverySchema,
  recordedNotificationSchema,
  recordedSilenceSchema,
  type RecordedAlert,
  type RecordedDelivery,
  type RecordedNotification,
  type RecordedSilence,
} from './recorded-alert.ts';

/** Everything in a recording but the stats of tasks: one JSON object a line. */
export type RecordedDocument =
  /** All tasks, at the begin of a group. */
  | { readonly kind: 'tasks'; readonly timeMs: number; readonly value: readonly TaskStatus[] }
  /** A task that is new or has changed. */
  | { readonly kind: 'task'; readonly timeMs: number; readonly value: TaskStatus }
  /** The id of a task that was removed. */
  | { readonly kind: 'removed'; readonly timeMs: number; readonly value: string }
  | { readonly kind: 'event'; readonly timeMs: number; readonly value: TaskEvent }
  | { readonly kind: 'fingerprint'; readonly timeMs: number; readonly value: Fingerprint }
  | { readonly kind: 'host'; readonly timeMs: number; readonly value: HostStats }
  | { readonly kind: 'alert'; readonly timeMs: number; readonly value: RecordedAlert }
  | { readonly kind: 'silence'; readonly timeMs: number; readonly value: RecordedSilence }
  | { readonly kind: 'notification'; readonly timeMs: number; readonly value: RecordedNotification }
  | { readonly kind: 'delivered'; readonly timeMs: number; readonly value: RecordedDelivery };

const measured = z.number().optional();

/**
 * What is kept of a task. Paths of its output are not: a replay on another machine must not open files of that machine
 * under the same names.
 */
const recordedTask = z.object({
  id: z.string(),
  name: z.string(),
  host: z.string().optional(),
  allocId: z.string().optional(),
  jobName: z.string().optional(),
  taskGroupName: z.string().optional(),
  phase: z.enum(TASK_PHASES),
  state: z.enum(['unknown', 'running', 'exited']),
  image: z.string(),
  podId: z.string().optional(),
  pid: z.number().optional(),
  startedAtMs: measured,
  completedAtMs: measured,
  exitResult: exitResultSchema.optional(),
  network: networkSchema.optional(),
  cgroupPaths: z.array(z.string()),
  memoryLimitBytes: measured,
  cpusetCpus: z.string().optional(),
  driverAttributes: z.record(z.string(), z.string()),
});

const host = z.looseObject({
  timestampMs: z.number(),
  cpu: z.looseObject({ cores: z.number() }),
  memory: z.looseObject({}),
  disks: z.array(z.looseObject({ mount: z.string(), totalBytes: z.number(), usedBytes: z.number() })),
  uptimeMs: z.number(),
});

const fingerprint = z.object({
  health: z.enum(['undetected', 'unhealthy', 'healthy']),
  description: z.string(),
  attributes: z.record(z.string(), z.union([z.string(), z.boolean()])),
  timeMs: z.number(),
});

const timeMs = z.number();
const documentSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('tasks'), timeMs, value: z.array(recordedTask) }),
  z.object({ kind: z.literal('task'), timeMs, value: recordedTask }),
  z.object({ kind: z.literal('removed'), timeMs, value: z.string() }),
  z.object({ kind: z.literal('event'), timeMs, value: taskEventSchema }),
  z.object({ kind: z.literal('fingerprint'), timeMs, value: fingerprint }),
  z.object({ kind: z.literal('host'), timeMs, value: host }),
  z.object({ kind: z.literal('alert'), timeMs, value: recordedAlertSchema }),
  z.object({ kind: z.literal('silence'), timeMs, value: recordedSilenceSchema }),
  z.object({ kind: z.literal('notification'), timeMs, value: recordedNotificationSchema }),
  z.object({ kind: z.literal('delivered'), timeMs, value: recordedDeliverySchema }),
]);

/** The status of a task without the paths of its output. */
export function recordedStatus({ stdoutPath: _out, stderrPath: _err, ...status }: TaskStatus): object {
  return status;
}

/** One line of the documents of a block. */
export function documentLine(document: RecordedDocument): string {
  const { kind, timeMs: time, value } = document;
  if (kind === 'task') return JSON.stringify({ kind, timeMs: time, value: recordedStatus(value) });
  if (kind === 'tasks') return JSON.stringify({ kind, timeMs: time, value: value.map(recordedStatus) });
  return JSON.stringify(document);
}

/** The document of a line; undefined for a kind that this version does not know, or for another structure. */
export function parseDocument(line: string): RecordedDocument | undefined {
  try {
    const { data } = documentSchema.safeParse(JSON.parse(line));
    return data === undefined ? undefined : (deepFrozen(data) as unknown as RecordedDocument);
  } catch {
    return undefined;
  }
}

function deepFrozen<T extends object>(value: T): T {
  for (const part of Object.values(value) as unknown[])
    if (typeof part === 'object' && part !== null) deepFrozen(part);
  return Object.freeze(value);
}
