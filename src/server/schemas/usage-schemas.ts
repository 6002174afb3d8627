import { z } from '@hono/zod-openapi';

import { FIELD_GROUPS } from '../../model/field-groups.ts';
import { metricsOf, type MetricSection } from '../../model/metrics.ts';

/** The metrics of a section, each with its meaning and unit. */
function section(name: MetricSection) {
  const fields = Object.entries(metricsOf(name)).map(([key, { meaning, unit, kind }]) => [
    key,
    z
      .number()
      .optional()
      .openapi({ description: `${meaning} (${kind}, ${unit})` }),
  ]);
  return z.strictObject(Object.fromEntries(fields) as Record<string, z.ZodOptional<z.ZodNumber>>);
}

const memory = section('memory').openapi('MemoryStats');
const cpu = section('cpu').openapi('CpuStats');
const stall = section('pressure').optional();
const pressure = z.strictObject({ some: stall, full: stall }).optional();

/** {@link TaskResourceUsage} as JSON: what was not measured is left out. */
export const usageSchema = z
  .strictObject({
    timestampMs: z.number(),
    source: z.enum(['cgroup-v1', 'cgroup-v2', 'pidusage']),
    fresh: z.array(z.enum(FIELD_GROUPS)).optional(),
    memory,
    cpu,
    io: section('io').optional(),
    pidCount: section('pidCount').optional(),
    pressure: z.strictObject({ cpu: pressure, memory: pressure, io: pressure }).optional(),
    network: section('network').optional(),
    disk: section('disk').optional(),
    processStates: section('processStates').optional(),
    pids: z.record(z.string(), z.strictObject({ memory, cpu })).optional(),
  })
  .openapi('TaskResourceUsage');

/** The data of a `stats` frame. */
export const statsFrameSchema = z
  .strictObject({
    timeMs: z.number(),
    samples: z.array(z.strictObject({ taskId: z.string(), usage: usageSchema })),
  })
  .openapi('StatsFrame');
