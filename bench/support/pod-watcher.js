// A process that watches pods for their state and does nothing else. The order comes over IPC, the cost goes back.
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';

import { createDriver } from '../../dist/index.js';

const US_PER_TICK = 10_000;

/** CPU time of this process and of its children that have ended, in µs. */
const cpuUs = () => {
  const { user, system } = process.cpuUsage();
  const fields = readFileSync('/proc/self/stat', 'utf8').split(')').at(-1).trim().split(' ');
  return user + system + (Number(fields[13]) + Number(fields[14])) * US_PER_TICK;
};

const [{ options, warmUpMs, measureMs }] = await once(process, 'message');
const driver = createDriver(options);
let pods = 0;
const subscription = driver.pods().subscribe({
  next: (all) => {
    pods = all.length;
  },
  error: (error) => {
    throw error;
  },
});
await delay(warmUpMs);
const beforeUs = cpuUs();
const beganMs = performance.now();
await delay(measureMs);
const cost = { pods, cpuUsPerSecond: (cpuUs() - beforeUs) / ((performance.now() - beganMs) / 1_000) };
subscription.unsubscribe();
await driver.shutdown();
process.send(cost, () => process.disconnect());
