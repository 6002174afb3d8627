import { firstValueFrom } from 'rxjs';

import { createDriver, isRktError, type DriverOptions, type TaskSpecInput } from '../../src/index.ts';
import { heapBytes, processFacts, type ProcessFacts } from './process-facts.ts';
import { until } from './until.ts';

/**
 * Rounds of short lives in a process of its own, where nothing else opens or allocates anything: says as JSON, a line a
 * round, what the process holds after it. Arguments: the driver's options, a task that sleeps, how many rounds of how many
 * tasks, and how many of them live at once.
 */
const [options = '', task = '', rounds = '', size = '', atOnce = ''] = process.argv.slice(2);
const driver = createDriver(JSON.parse(options) as DriverOptions);
const sleeper = JSON.parse(task) as TaskSpecInput;
const sleeps = ['-c', 'sleep 1000'];

/** The ways a task can go; each ends with nothing left of it. */
const LIVES: readonly ((id: string) => Promise<void>)[] = [
  async (id) => {
    await start(id, ['-c', 'exit 3']);
    const { exitCode } = await firstValueFrom(driver.waitTask(id));
    if (exitCode !== 3) throw new Error(`${id} ended with ${exitCode}`);
    await driver.destroyTask(id);
  },
  async (id) => {
    await start(id, sleeps);
    await driver.stopTask(id, { signal: 'SIGTERM', timeoutMs: 10_000 });
    await driver.destroyTask(id);
  },
  async (id) => {
    await start(id, sleeps);
    await driver.destroyTask(id, { force: true });
  },
  async (id) => {
    await start(id, sleeps);
    await driver.execTask(id, ['/bin/sh', '-c', 'echo hello; exit 4']);
    await firstValueFrom(driver.taskStats(id));
    await driver.destroyTask(id, { force: true });
  },
  async (id) => {
    const failed = await start(id, [], '/bin/nope').catch((error: unknown) => error);
    if (!isRktError(failed, 'RKT_ERR_LAUNCH')) throw new Error(`${id} was to fail, not ${String(failed)}`);
  },
];

const start = (id: string, args: readonly string[], command = '/bin/sh'): Promise<unknown> =>
  driver.startTask({ ...sleeper, id, config: { ...sleeper.config, command, args: [...args] } });

async function round(name: string, count: number): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let task = next++; task < count; task = next++)
      await LIVES[task % LIVES.length]?.(`${name}-${task}`);
  };
  await Promise.all(Array.from({ length: Number(atOnce) }, worker));
}

const ports = (): number => processFacts().resources['MessagePort'] ?? 0;
const portsAtStart = ports();

/** The workers end when they are idle; what a subscriber that has just left still keeps goes within a second. */
async function stableFacts(): Promise<ProcessFacts> {
  await until('the workers have ended', () => ports() <= portsAtStart);
  let last = '';
  let sameSince = performance.now();
  await until('nothing changes any more', () => {
    const now = JSON.stringify(processFacts());
    if (now !== last) sameSince = performance.now();
    last = now;
    return performance.now() - sameSince > 1_500;
  });
  return processFacts();
}

for (let number = 0; number < Number(rounds); number += 1) {
  await round(`round-${number}`, Number(size));
  console.log(JSON.stringify({ ...(await stableFacts()), heapBytes: await heapBytes() }));
}
await driver.shutdown();
console.log(JSON.stringify({ ...(await stableFacts()), heapBytes: await heapBytes() }));
