import { z } from 'zod';

import type { AuditReport } from '../../model/audit.ts';
import { exitResultSchema } from '../../model/exit-result.ts';
import type { Fingerprint } from '../../model/fingerprint.ts';
import type { FleetHost } from '../../model/fleet-host.ts';
import type { HostStats } from '../../model/host-stats.ts';
import { podSchema, type Pod } from '../../model/pod.ts';
import type { SamplingStats } from '../../model/sampling-stats.ts';
import { taskHandleSchema } from '../../model/task-state.ts';
import type { TaskStatsSample } from '../../model/task-stats.ts';
import type { ExecTaskResult, StartedTask } from '../../index.ts';
import { networkSchema } from '../../model/driver-network.ts';
import { taskEventSchema, type TaskEvent } from '../../model/task-event.ts';
import { plainIssues } from '../../model/plain-issues.ts';
import type { TaskSpec } from '../../model/task-spec.ts';
import { TASK_PHASES, type TaskStatus } from '../../model/task-status.ts';

/**
 * A response of an agent. Only the members that clients use are validated; others, which a newer agent may add,
 * are passed on, and `--json` prints all of them in the order of the agent.
 */
function asReceived<T>(schema: z.ZodType) {
  return z.unknown().transform((value, context): T => {
    const result = schema.safeParse(value);
    if (result.success) return value as T;
    for (const { message, path } of plainIssues(result.error.issues))
      context.addIssue({ code: 'custom', message, path });
    return z.NEVER;
  });
}

const statusSchema = z.object({
  id: z.string(),
  name: z.string(),
  phase: z.enum(TASK_PHASES),
  image: z.string(),
  labels: z.record(z.string(), z.string()).optional(),
  restart: z.object({ policy: z.string(), count: z.number() }).optional(),
  pid: z.number().optional(),
  startedAtMs: z.number().optional(),
  completedAtMs: z.number().optional(),
  exitResult: exitResultSchema.optional(),
  cgroupPaths: z.array(z.string()),
  memoryLimitBytes: z.number().optional(),
  cpusetCpus: z.string().optional(),
  stdoutPath: z.string().optional(),
  stderrPath: z.string().optional(),
});

const group = z.object({});

const sampleSchema = z.object({
  taskId: z.string(),
  usage: z.object({ timestampMs: z.number(), source: z.string(), cpu: group, memory: group }),
});

/** Of the topic `tasks`, and of GET /v1/tasks. */
export const tasksSchema = asReceived<{ readonly tasks: readonly TaskStatus[] }>(
  z.object({ tasks: z.array(statusSchema) }),
).transform(({ tasks }) => tasks);

/** Of the topic `stats`. */
export const samplesSchema = asReceived<{ readonly samples: readonly TaskStatsSample[] }>(
  z.object({ samples: z.array(sampleSchema) }),
).transform(({ samples }) => samples);

/** Of the topic `events`. */
export const eventSchema = asReceived<TaskEvent>(taskEventSchema.loose());

export const fingerprintSchema = asReceived<Fingerprint>(
  z.object({
    health: z.enum(['undetected', 'unhealthy', 'healthy']),
    description: z.string(),
    attributes: z.record(z.string(), z.union([z.string(), z.boolean()])),
    timeMs: z.number(),
  }),
);

/** Of GET and POST /v1/audit. */
export const auditSchema = asReceived<AuditReport>(
  z.object({
    findings: z.array(
      z.object({
        kind: z.string(),
        what: z.string(),
        why: z.string(),
        outcome: z.enum(['found', 'removed', 'left']),
        error: z.string().optional(),
      }),
    ),
    unchecked: z.array(z.object({ what: z.string(), reason: z.string() })),
  }),
);

export const hostSchema = asReceived<HostStats>(
  z.object({
    timestampMs: z.number(),
    cpu: z.object({ cores: z.number() }),
    memory: group,
    disks: z.array(group),
  }),
);

/** Of the topic `sampling`. */
export const samplingSchema = asReceived<SamplingStats>(
  z.object({ timestampMs: z.number(), tasks: z.number(), samples: z.number(), workMs: z.number() }),
);

/** Of the topic `hosts`: empty for an agent of one machine. */
export const hostsSchema = asReceived<{ readonly hosts: readonly FleetHost[] }>(
  z.object({
    hosts: z.array(
      z.object({
        host: z.string(),
        connection: z.discriminatedUnion('state', [
          z.object({ state: z.literal('live') }),
          z.object({ state: z.literal('closed') }),
          z.object({ state: z.literal('stale'), sinceMs: z.number(), reason: z.string().optional() }),
        ]),
      }),
    ),
  }),
).transform(({ hosts }) => hosts);

/** Of the topic `pods`. */
export const podsSchema = asReceived<{ readonly pods: readonly Pod[] }>(
  z.object({ pods: z.array(podSchema) }),
).transform(({ pods }) => pods);

/** Of GET /v1/tasks/{id}. */
export const detailsSchema = asReceived<{ readonly config: TaskSpec }>(
  z.object({
    config: z.object({ id: z.string(), config: z.object({ image: z.string() }), resources: group }),
  }),
);

/** Of POST /v1/tasks. */
export const startedSchema = z
  .object({ handle: taskHandleSchema, network: networkSchema.optional() })
  .transform(({ handle, network }): StartedTask => ({ handle, network }));

/** Of POST /v1/tasks/{id}/exec. */
export const execResultSchema = asReceived<ExecTaskResult>(
  z.object({
    exitCode: z.number(),
    signal: z.number().optional(),
    stdout: z.string(),
    stderr: z.string(),
    output: z.string(),
    truncated: z.boolean(),
  }),
);
