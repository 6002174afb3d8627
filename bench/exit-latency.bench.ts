import { monitorEventLoopDelay } from 'node:perf_hooks';

import { firstValueFrom } from 'rxjs';

import type { Driver } from '../src/index.ts';
import { openCrowd } from './support/crowd.ts';
import { summary, type Benchmark, type Row } from './support/benchmark.ts';
import { openSandbox, type Sandbox } from './support/sandbox.ts';

export const exitLatency: Benchmark = {
  name: 'exit-latency',
  asks: 'How long after a process has ended does waitTask say so?',
  async run({ quick }) {
    const rounds = quick ? 3 : 40;
    const sandbox = await openSandbox();
    try {
      const own = await latencies(sandbox.driver, sandbox, rounds, () => Promise.resolve(sandbox.driver));
      const recovered = await latencies(sandbox.driver, sandbox, rounds, async (id) => {
        const later = sandbox.another();
        await later.recoverTasks();
        later.inspectTask(id);
        return later;
      });
      const crowd = await openCrowd(sandbox, quick ? 100 : 1_000);
      try {
        const crowded = await latencies(crowd, sandbox, rounds, () => Promise.resolve(crowd));
        return [
          row('own child', own, 2),
          row('recovered', recovered, 5),
          row('1,000 others sampled', crowded, 10),
          await burst(sandbox, quick ? 50 : 300),
        ];
      } finally {
        await crowd.close();
      }
    } finally {
      await sandbox.close();
    }
  },
};

type Runs = Pick<Driver, 'startTask' | 'destroyTask'>;

/** From the signal that ends the process to the value of waitTask. */
async function latencies(
  driver: Runs,
  { shell }: Sandbox,
  rounds: number,
  watcher: (id: string) => Promise<Pick<Driver, 'waitTask'>>,
): Promise<readonly number[]> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const id = `task-${round}`;
    const { handle } = await driver.startTask(shell(id, 'exec sleep 1000'));
    const watching = await watcher(id);
    const exit = firstValueFrom(watching.waitTask(id));
    const began = performance.now();
    process.kill(handle.state.process.pid, 'SIGKILL');
    await exit;
    times.push(performance.now() - began);
    await driver.destroyTask(id, { force: true });
  }
  return times;
}

/** How long the event loop is blocked at most while many tasks end at once. */
async function burst({ driver, shell }: Sandbox, count: number): Promise<Row> {
  const ids = Array.from({ length: count }, (_, index) => `burst-${index}`);
  for (const id of ids) await driver.startTask(shell(id, 'exec sleep 1000'));
  const pids = ids.map((id) => driver.inspectTask(id).pid ?? 0);
  const exits = Promise.all(ids.map((id) => firstValueFrom(driver.waitTask(id))));
  const delay = monitorEventLoopDelay({ resolution: 5 });
  delay.enable();
  for (const pid of pids) process.kill(pid, 'SIGKILL');
  await exits;
  delay.disable();
  for (const id of ids) await driver.destroyTask(id, { force: true });
  const what = `${count} that end at once: longest block of the event loop`;
  return row(what, [delay.max / 1e6], 100);
}

const row = (what: string, times: readonly number[], threshold: number): Row => ({
  what,
  ...summary(times),
  unit: 'ms',
  threshold: { atMost: threshold },
});
