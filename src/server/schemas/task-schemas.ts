import { z } from '@hono/zod-openapi';

import { networkSchema } from '../../model/driver-network.ts';
import { exitResultSchema } from '../../model/exit-result.ts';
import { restartSchema } from '../../model/restart-schema.ts';
import { TASK_PHASES } from '../../model/task-status.ts';

/** {@link TaskStatus} as JSON: what is undefined is left out. */
export const taskStatusSchema = z
  .strictObject({
    id: z.string(),
    name: z.string(),
    host: z.string().optional(),
    allocId: z.string().optional(),
    jobName: z.string().optional(),
    taskGroupName: z.string().optional(),
    labels: z.record(z.string(), z.string()).optional(),
    restart: restartSchema.optional(),
    phase: z.enum(TASK_PHASES),
    state: z.enum(['unknown', 'running', 'exited']),
    image: z.string(),
    podId: z.string().optional(),
    pid: z.number().int().optional(),
    startedAtMs: z.number().optional(),
    completedAtMs: z.number().optional(),
    exitResult: exitResultSchema.optional(),
    network: networkSchema.optional(),
    cgroupPaths: z.array(z.string()),
    memoryLimitBytes: z.number().optional(),
    cpusetCpus: z.string().optional(),
    stdoutPath: z.string().optional(),
    stderrPath: z.string().optional(),
    driverAttributes: z.record(z.string(), z.string()),
  })
  .openapi('TaskStatus');

export const taskListSchema = z.strictObject({ tasks: z.array(taskStatusSchema) }).openapi('TaskList');
