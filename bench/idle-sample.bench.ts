import { SIX_FILE_GROUPS } from './support/engine.ts';
import { withWorkload } from './support/workload.ts';
import { summary, type Benchmark, type Row } from './support/benchmark.ts';
import { bareContender, engineContender, inTurn, ratio } from './support/contenders.ts';

/** Every metric that the gate keeps is read once in so many passes of 1 s. */
const STALE_PASSES = 60;

export const idleSample: Benchmark = {
  name: 'idle-sample',
  asks: 'What does a sample cost that leaves files alone in which nothing can have moved?',
  async run({ quick }) {
    const sizes = quick ? [100] : [1_000, 3_000];
    const rows: Row[] = [];
    for (const tasks of sizes) {
      rows.push(await measure(tasks, 0, quick ? 2 : 10));
      rows.push(await measure(tasks, 10, quick ? 2 : 10));
    }
    return rows;
  },
};

/** Of a workload that sleeps there is a threshold; of one in which a tenth works the metric is only reported. */
function measure(tasks: number, everyNthIsBusy: number, rounds: number): Promise<Row> {
  return withWorkload(
    tasks,
    async (workload) => {
      const engine = await engineContender(workload, 'engine', SIX_FILE_GROUPS);
      const [ours, bare] = await inTurn([engine, bareContender(workload)], {
        tasks,
        rounds,
        passes: STALE_PASSES,
      });
      const cpu = ours?.cpuUs ?? [];
      return {
        what: `${tasks} tasks, ${everyNthIsBusy === 0 ? 'all idle' : 'a tenth busy'}`,
        ...summary(cpu),
        unit: 'µs CPU a task',
        ratio: ratio(cpu, bare?.cpuUs ?? []),
        ratioTo: 'bare readSync of all six',
        ...(everyNthIsBusy === 0 ? { threshold: { atMost: 0.4 } } : {}),
      };
    },
    { everyNthIsBusy },
  );
}
