// A process that serves a workload to clients of streams, as built for a package: its event loop and memory are no one else's.
// The order comes over IPC; the answers are where it listens, and then, when it is asked, what it found out.
import { once } from 'node:events';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout } from 'node:timers';

import { NEVER, asyncScheduler, concat, of } from 'rxjs';

import { silentLogger } from '../../dist/model/logger.js';
import { taskSpecSchema } from '../../dist/model/task-spec.js';
import { createTaskRegistry } from '../../dist/registry/task-registry.js';
import { createServer } from '../../dist/server/index.js';
import { detectCgroups } from '../../dist/sources/cgroup/cgroups.js';
import { createProcesses } from '../../dist/sources/processes.js';
import { allTaskStats } from '../../dist/streams/all-task-stats-stream.js';
import { createStats } from '../../dist/streams/stats/create-stats.js';
import { tasks } from '../../dist/streams/tasks-stream.js';

const RESOLUTION_MS = 10;
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
  onDegraded: () => undefined,
  sampling: {},
});
const driver = {
  capabilities: () => ({ ops: [] }),
  tasks: () => tasks({ registry }),
  taskEvents: () => registry.events$,
  allTaskStats: (options) => allTaskStats(stats, options),
  hostStats: () => NEVER,
  samplingStats: () => NEVER,
  fingerprint: () => concat(of({ health: 'healthy', description: '', attributes: {}, timeMs: 0 }), NEVER),
  inspectTask: (id) => registry.require(id),
};
const server = await createServer(driver, {
  dataDir: order.dataDir,
  listen: { host: '127.0.0.1', port: 0 },
  dashboard: false,
});
process.send({ url: server.url });

let cpu = process.cpuUsage();
let histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
histogram.enable();
process.on('message', async (what) => {
  if (what === 'measure') {
    const p99Ms = Math.max(0, histogram.percentile(99) / 1e6 - RESOLUTION_MS);
    const maxMs = Math.max(0, histogram.max / 1e6 - RESOLUTION_MS);
    histogram.reset();
    const used = process.cpuUsage(cpu);
    globalThis.gc();
    const { rss, heapUsed, external } = process.memoryUsage();
    // The collection is ours: it does not count.
    setTimeout(() => histogram.reset(), 50);
    cpu = process.cpuUsage();
    process.send({
      p99Ms,
      maxMs,
      rss,
      heapUsed,
      external,
      values: server.stats(),
      cpu: used,
    });
    return;
  }
  await server.close();
  registry.close();
  process.exit(0);
});
