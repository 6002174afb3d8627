import { SIX_FILE_GROUPS } from './support/engine.ts';
import { withWorkload } from './support/workload.ts';
import { summary, type Benchmark } from './support/benchmark.ts';
import { engineContender, inTurn, ratio, splitContender } from './support/contenders.ts';

export const plainFiles: Benchmark = {
  name: 'plain-files',
  asks: 'How much cheaper is a full sample than readFileSync and split over the same six files?',
  run({ quick }) {
    const tasks = quick ? 100 : 1_000;
    return withWorkload(tasks, async (workload) => {
      const engine = await engineContender(workload, 'engine', SIX_FILE_GROUPS, { gate: false });
      const sizes = { tasks, rounds: quick ? 2 : 10, passes: quick ? 4 : 6 };
      const [ours, split] = await inTurn([engine, splitContender(workload)], sizes);
      const cpu = ours?.cpuUs ?? [];
      const splitCpu = split?.cpuUs ?? [];
      return [
        { what: `readFileSync + split, ${tasks} tasks`, ...summary(splitCpu), unit: 'µs CPU a task' },
        {
          what: `full sample, ${tasks} tasks`,
          ...summary(cpu),
          unit: 'µs CPU a task',
          ratio: ratio(cpu, splitCpu),
          ratioTo: 'readFileSync + split',
          threshold: { atMost: 0.3 },
        },
      ];
    });
  },
};
