import { firstValueFrom } from 'rxjs';

import type { Driver } from '../src/index.ts';
import { summary, type Question, type Row } from './support/question.ts';
import { openWorkshop, type Workshop } from './support/workshop.ts';

const ROUNDS = 30;

export const exitLatency: Question = {
  name: 'exit-latency',
  asks: 'How long after a process has ended does waitTask say so?',
  async run() {
    const workshop = await openWorkshop();
    try {
      const own = await latencies(workshop, () => Promise.resolve(workshop.driver));
      const recovered = await latencies(workshop, async (id) => {
        const later = workshop.another();
        await later.recoverTasks();
        later.inspectTask(id);
        return later;
      });
      return [row('own child', own, 2), row('recovered', recovered, 5)];
    } finally {
      await workshop.close();
    }
  },
};

/** From the signal that ends the process to the value of waitTask. */
async function latencies(
  workshop: Workshop,
  watcher: (id: string) => Promise<Driver>,
): Promise<readonly number[]> {
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const id = `task-${round}`;
    const { handle } = await workshop.driver.startTask(workshop.shell(id, 'exec sleep 1000'));
    const driver = await watcher(id);
    const exit = firstValueFrom(driver.waitTask(id));
    const began = performance.now();
    process.kill(handle.state.process.pid, 'SIGKILL');
    await exit;
    times.push(performance.now() - began);
    await workshop.driver.destroyTask(id, { force: true });
  }
  return times;
}

const row = (what: string, times: readonly number[], bar: number): Row => ({
  what,
  ...summary(times),
  unit: 'ms',
  bar: { atMost: bar },
});
