// A process that samples a workload and does nothing else, as built for a package: its memory and CPU are no one else's.
// The order comes over IPC, and what it found out goes back the same way.
import { once } from 'node:events';
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';

import { asyncScheduler } from 'rxjs';

import { silentLogger } from '../../dist/model/logger.js';
import { taskSpecSchema } from '../../dist/model/task-spec.js';
import { createTaskRegistry } from '../../dist/registry/task-registry.js';
import { detectCgroups } from '../../dist/sources/cgroup/cgroups.js';
import { createProcesses } from '../../dist/sources/processes.js';
import { allTaskStats } from '../../dist/streams/all-task-stats-stream.js';
import { createStats } from '../../dist/streams/stats/create-stats.js';

const LOOP_RESOLUTION_MS = 10;
const NS_PER_MS = 1e6;

const [order] = await once(process, 'message');
const registry = createTaskRegistry({ scheduler: asyncScheduler, logger: silentLogger });
for (const [index, cgroupPaths] of order.paths.entries()) {
  const id = `t${index}`;
  const spec = taskSpecSchema.parse({ id, config: { image: 'bench.local/none' } });
  registry.add({ id, spec, startToken: id, cgroupPaths });
  registry.transition(id, 'starting');
  registry.transition(id, 'running');
}
const stats = createStats({
  registry,
  cgroups: await detectCgroups({ parent: order.parent }),
  processes: createProcesses(),
  scheduler: asyncScheduler,
  logger: silentLogger,
  onDegraded: (taskId, error) => {
    throw new Error(`The metrics of ${taskId} are degraded`, { cause: error });
  },
  sampling: order.sampling ?? {},
});

const memory = () => {
  globalThis.gc();
  globalThis.gc();
  const { heapUsed, rss, external, arrayBuffers } = process.memoryUsage();
  return { heapBytes: heapUsed + arrayBuffers, rssBytes: rss, externalBytes: external };
};

await delay(500);
const before = memory();
let samples = 0;
let arrays = 0;
const subscription = allTaskStats(stats, { intervalMs: order.intervalMs, groups: order.groups }).subscribe({
  next: (all) => {
    samples += all.length;
    arrays += 1;
  },
  error: (error) => {
    throw error;
  },
});
await delay(order.warmUpMs);

const histogram = monitorEventLoopDelay({ resolution: LOOP_RESOLUTION_MS });
if (order.watchesLoop) histogram.enable();
const first = {
  samples,
  arrays,
  cpu: process.cpuUsage(),
  atMs: performance.now(),
  values: stats.sampling(),
};
await delay(order.measureMs);
const { user, system } = process.cpuUsage(first.cpu);
const elapsedMs = performance.now() - first.atMs;
const values = stats.sampling();
histogram.disable();
const { rss: rssRunningBytes } = process.memoryUsage();
const loopMs = (percentile) => Math.max(0, histogram.percentile(percentile) / NS_PER_MS - LOOP_RESOLUTION_MS);
const loop = order.watchesLoop ? { p50Ms: loopMs(50), p99Ms: loopMs(99), maxMs: loopMs(100) } : undefined;
const after = memory();

process.send(
  {
    elapsedMs,
    cpuUs: user + system,
    samples: samples - first.samples,
    arrays: arrays - first.arrays,
    skippedTicks: values.skippedTicks - first.values.skippedTicks,
    failedSamples: values.failedSamples - first.values.failedSamples,
    fileReads: values.fileReads - first.values.fileReads,
    staleReads: values.staleReads - first.values.staleReads,
    workMs: values.workMs - first.values.workMs,
    longestSliceMs: values.longestSliceMs,
    descriptors: values.descriptors,
    loop,
    before,
    after,
    rssRunningBytes,
  },
  () => process.disconnect(),
);
subscription.unsubscribe();
