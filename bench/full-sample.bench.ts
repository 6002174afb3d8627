import { SIX_FILE_GROUPS } from './support/engine.ts';
import { withWorkload } from './support/workload.ts';
import { summary, type Threshold, type Benchmark, type Row } from './support/benchmark.ts';
import { bareContender, engineContender, inTurn, ratio } from './support/contenders.ts';

const SIZES: readonly (readonly [tasks: number, threshold: Threshold])[] = [
  [100, { atMost: 1.6 }],
  [1_000, { atMost: 1.25 }],
  [3_000, { atMost: 1.25 }],
];

export const fullSample: Benchmark = {
  name: 'full-sample',
  asks: 'What does a full sample (six files) cost, from file to subscriber, over what the kernel needs?',
  async run({ quick }) {
    const rows: Row[] = [];
    for (const [size, threshold] of quick ? SIZES.slice(0, 1) : SIZES)
      rows.push(...(await compare(size, threshold, quick)));
    return rows;
  },
};

function compare(tasks: number, threshold: Threshold, quick: boolean): Promise<readonly Row[]> {
  return withWorkload(tasks, async (workload) => {
    const engine = await engineContender(workload, 'engine', SIX_FILE_GROUPS, { gate: false });
    const [ours, bare] = await inTurn([engine, bareContender(workload)], {
      tasks,
      rounds: quick ? 2 : 15,
      passes: Math.max(4, Math.round(6_000 / tasks)),
    });
    const cpu = ours?.cpuUs ?? [];
    const bareCpu = bare?.cpuUs ?? [];
    return [
      { what: `bare readSync, ${tasks} tasks`, ...summary(bareCpu), unit: 'µs CPU a task' },
      {
        what: `full sample, ${tasks} tasks`,
        ...summary(cpu),
        unit: 'µs CPU a task',
        ratio: ratio(cpu, bareCpu),
        ratioTo: 'bare readSync',
        threshold,
      },
    ];
  });
}
