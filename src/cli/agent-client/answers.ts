import { z } from 'zod';

import { exitResultSchema } from '../../model/exit-result.ts';
import type { Fingerprint } from '../../model/fingerprint.ts';
import type { HostStats } from '../../model/host-stats.ts';
import type { TaskStatsSample } from '../../model/task-stats.ts';
import { TASK_PHASES, type TaskStatus } from '../../model/task-status.ts';

/*
 * What an agent answers, checked as far as the commands depend on it. What a newer agent adds is passed on, so that --json
 * shows it.
 */

const statusSchema = z.looseObject({
  id: z.string(),
  name: z.string(),
  phase: z.enum(TASK_PHASES),
  image: z.string(),
  pid: z.number().optional(),
  startedAtMs: z.number().optional(),
  completedAtMs: z.number().optional(),
  exitResult: exitResultSchema.optional(),
  cgroupPaths: z.array(z.string()),
  memoryLimitBytes: z.number().optional(),
  stdoutPath: z.string().optional(),
  stderrPath: z.string().optional(),
});

const group = z.looseObject({});

const sampleSchema = z.looseObject({
  taskId: z.string(),
  usage: z.looseObject({ timestampMs: z.number(), source: z.string(), cpu: group, memory: group }),
});

/** Of the topic `tasks`, and of GET /v1/tasks. */
export const tasksSchema = z
  .object({ tasks: z.array(statusSchema) })
  .transform(({ tasks }) => tasks as unknown as readonly TaskStatus[]);

/** Of the topic `stats`. */
export const samplesSchema = z
  .object({ samples: z.array(sampleSchema) })
  .transform(({ samples }) => samples as unknown as readonly TaskStatsSample[]);

export const fingerprintSchema = z
  .looseObject({
    health: z.enum(['undetected', 'unhealthy', 'healthy']),
    description: z.string(),
    attributes: z.record(z.string(), z.union([z.string(), z.boolean()])),
    timeMs: z.number(),
  })
  .transform((value): Fingerprint => value);

export const hostSchema = z
  .looseObject({
    timestampMs: z.number(),
    cpu: z.looseObject({ cores: z.number() }),
    memory: group,
    disks: z.array(group),
  })
  .transform((value) => value as unknown as HostStats);
