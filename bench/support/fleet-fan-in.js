// A process with a fleet over the agents of many hosts, as built for a package: its CPU time, memory and event loop are no one
// else's. The order comes over IPC; the answers are what it has measured since the last one.
import { once } from 'node:events';
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';

import { createRemoteDriver } from '../../dist/drivers/remote/index.js';
import { createFleetDriver } from '../../dist/drivers/fleet/index.js';

const RESOLUTION_MS = 5;
const [urls] = await once(process, 'message');
const sources = Object.fromEntries(urls.map((url, index) => [`node-${index}`, createRemoteDriver({ url })]));
const fleet = createFleetDriver({ sources, closeSources: true });
let samples = 0;
let arrays = 0;
let tasks = 0;
let live = 0;
let hosts = 0;
fleet.allTaskStats({ intervalMs: 1_000 }).subscribe((all) => {
  samples += all.length;
  arrays += 1;
  hosts = new Set(all.map(({ taskId }) => taskId.slice(0, taskId.indexOf('/')))).size;
});
fleet.tasks().subscribe((all) => (tasks = all.length));
fleet.taskEvents().subscribe();
fleet.hosts().subscribe((all) => (live = all.filter(({ connection }) => connection.state === 'live').length));

const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
histogram.enable();
let before = { cpu: process.cpuUsage(), atMs: performance.now() };
process.on('message', async (what) => {
  if (what === 'end') {
    await fleet.shutdown();
    process.exit(0);
  }
  if (what === 'state') {
    process.send({ live, tasks, hosts });
    return;
  }
  const { user, system } = process.cpuUsage(before.cpu);
  const elapsedMs = performance.now() - before.atMs;
  const loop = (ns) => Math.max(0, ns / 1e6 - RESOLUTION_MS);
  const answer = {
    ...{ samples, arrays, elapsedMs, cpuUs: user + system, rss: process.memoryUsage().rss },
    ...{ p99Ms: loop(histogram.percentile(99)), maxMs: loop(histogram.max) },
  };
  histogram.reset();
  [samples, arrays] = [0, 0];
  before = { cpu: process.cpuUsage(), atMs: performance.now() };
  process.send(answer);
});
process.send('ready');
process.on('disconnect', () => process.exit(1));
