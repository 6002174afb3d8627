import { z } from '@hono/zod-openapi';

import { FIELD_GROUPS } from '../../model/field-groups.ts';

const figure = z.number().optional();
const figures = <Name extends string>(...names: readonly Name[]) =>
  z.strictObject(Object.fromEntries(names.map((name) => [name, figure])) as Record<Name, typeof figure>);

const memory = figures(
  'rssBytes',
  'cacheBytes',
  'swapBytes',
  'mappedFileBytes',
  'usageBytes',
  'maxUsageBytes',
  'kernelUsageBytes',
  'kernelMaxUsageBytes',
  'workingSetBytes',
  'limitBytes',
  'limitHits',
  'oomKills',
).openapi('MemoryStats');

const cpu = figures(
  'totalNs',
  'userNs',
  'systemNs',
  'percent',
  'userPercent',
  'systemPercent',
  'totalTicksMhz',
  'periods',
  'throttledPeriods',
  'throttledNs',
).openapi('CpuStats');

const io = figures(
  'readBytes',
  'writeBytes',
  'readOps',
  'writeOps',
  'readBytesPerSecond',
  'writeBytesPerSecond',
);

const network = figures(
  'receivedBytes',
  'receivedPackets',
  'receiveErrors',
  'receiveDrops',
  'sentBytes',
  'sentPackets',
  'sendErrors',
  'sendDrops',
  'receivedBytesPerSecond',
  'sentBytesPerSecond',
);

const stall = figures('avg10', 'avg60', 'avg300', 'totalNs').optional();
const pressure = z.strictObject({ some: stall, full: stall }).optional();

/** {@link TaskResourceUsage} as JSON: what was not measured is left out. */
export const usageSchema = z
  .strictObject({
    timestampMs: z.number(),
    source: z.enum(['cgroup-v1', 'cgroup-v2', 'pidusage']),
    fresh: z.array(z.enum(FIELD_GROUPS)).optional(),
    memory,
    cpu,
    io: io.optional(),
    pidCount: figures('current', 'peak', 'limit').optional(),
    pressure: z.strictObject({ cpu: pressure, memory: pressure, io: pressure }).optional(),
    network: network.optional(),
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
