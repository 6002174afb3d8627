import { z } from '@hono/zod-openapi';

import { podSchema } from '../../model/pod.ts';

const measured = z.number().optional();

export const fingerprintSchema = z
  .strictObject({
    health: z.enum(['undetected', 'unhealthy', 'healthy']),
    description: z.string(),
    attributes: z.record(z.string(), z.union([z.string(), z.boolean()])),
    timeMs: z.number(),
  })
  .openapi('Fingerprint');

const diskSchema = z.strictObject({
  mount: z.string(),
  totalBytes: z.number(),
  usedBytes: z.number(),
  device: z.string().optional(),
  inodes: measured,
  inodesFree: measured,
  io: z
    .strictObject({
      readOps: z.number(),
      readsMerged: z.number(),
      readBytes: z.number(),
      readNs: z.number(),
      writeOps: z.number(),
      writesMerged: z.number(),
      writeBytes: z.number(),
      writeNs: z.number(),
      inProgress: z.number(),
      busyNs: z.number(),
      weightedNs: z.number(),
    })
    .optional(),
});

export const hostSchema = z
  .strictObject({
    timestampMs: z.number(),
    cpu: z.strictObject({
      cores: z.number(),
      percent: measured,
      mhzPerCore: measured,
      load1: measured,
      physicalCores: measured,
      sockets: measured,
      totalNs: measured,
      userNs: measured,
      systemNs: measured,
    }),
    memory: z.strictObject({
      totalBytes: measured,
      usedBytes: measured,
      availableBytes: measured,
      swapTotalBytes: measured,
      swapUsedBytes: measured,
      usageBytes: measured,
      workingSetBytes: measured,
      rssBytes: measured,
      cacheBytes: measured,
      mappedFileBytes: measured,
      pageFaults: measured,
      majorPageFaults: measured,
      oomKills: measured,
    }),
    network: z
      .strictObject({
        receivedBytes: measured,
        receivedPackets: measured,
        receiveErrors: measured,
        receiveDrops: measured,
        sentBytes: measured,
        sentPackets: measured,
        sendErrors: measured,
        sendDrops: measured,
      })
      .optional(),
    disks: z.array(diskSchema),
    uptimeMs: z.number(),
    bootedAtMs: measured,
  })
  .openapi('HostStats');

export const samplingSchema = z
  .strictObject({
    timestampMs: z.number(),
    tasks: z.number(),
    ticks: z.number(),
    skippedTicks: z.number(),
    samples: z.number(),
    failedSamples: z.number(),
    droppedSamples: z.number(),
    fileReads: z.number(),
    staleReads: z.number(),
    workMs: z.number(),
    longestSliceMs: z.number(),
    lastTick: z
      .strictObject({
        intervalMs: z.number(),
        tasks: z.number(),
        durationMs: z.number(),
        workMs: z.number(),
      })
      .optional(),
    descriptors: z.strictObject({
      open: z.number(),
      budget: z.number(),
      opened: z.number(),
      evicted: z.number(),
    }),
    eventLoopDelay: z
      .strictObject({ meanMs: z.number(), p50Ms: z.number(), p99Ms: z.number(), maxMs: z.number() })
      .optional(),
    rkt: z
      .strictObject({
        calls: z.number(),
        failures: z.number(),
        totalMs: z.number(),
        queueLength: z.number(),
      })
      .optional(),
  })
  .openapi('SamplingStats');

const connectionSchema = z.discriminatedUnion('state', [
  z.strictObject({ state: z.literal('live') }),
  z.strictObject({ state: z.literal('stale'), sinceMs: z.number(), reason: z.string().optional() }),
  z.strictObject({ state: z.literal('closed') }),
]);

export const hostsSchema = z
  .strictObject({ hosts: z.array(z.strictObject({ host: z.string(), connection: connectionSchema })) })
  .openapi('HostList');

export const podsSchema = z.strictObject({ pods: z.array(podSchema) }).openapi('PodList');
