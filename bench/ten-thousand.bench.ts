import { runAgent, type AgentReport } from './support/agent.ts';
import { withWorkload, type Workload } from './support/workload.ts';
import { profileOf } from './support/profile.ts';
import type { Benchmark, Row } from './support/benchmark.ts';

const BYTES_PER_KB = 1_000;
/** By then every metric that the gate keeps has been read a second time. */
const ALL_STALE_ONCE_MS = 12_000;

export const tenThousand: Benchmark = {
  name: 'ten-thousand',
  asks: 'Does the sampling hold 10,000 idle tasks at 1 s, with fewer descriptors than files?',
  run({ quick }) {
    const tasks = quick ? 500 : 10_000;
    const order = { warmUpMs: quick ? 2_000 : ALL_STALE_ONCE_MS, measureMs: quick ? 5_000 : 120_000 };
    return withWorkload(tasks, async (workload) => [
      ...rows(await runAgent(workload, { ...order, watchesLoop: true }), tasks),
      await hottestFunction(workload, quick ? 3_000 : 30_000),
    ]);
  },
};

function rows(
  { elapsedMs, cpuUs, loop, before, after, ...report }: AgentReport,
  tasks: number,
): readonly Row[] {
  const perTask = (now: number, then: number): number => (now - then) / tasks / BYTES_PER_KB;
  const perSample = (count: number): number => count / report.samples;
  return [
    { what: 'event loop delay, p99', median: loop?.p99Ms ?? NaN, unit: 'ms', threshold: { atMost: 12 } },
    { what: 'event loop delay, longest', median: loop?.maxMs ?? NaN, unit: 'ms' },
    { what: 'skipped ticks', median: report.skippedTicks, unit: 'ticks', threshold: { atMost: 0 } },
    { what: 'failed samples', median: report.failedSamples, unit: 'samples', threshold: { atMost: 0 } },
    {
      what: 'CPU',
      median: (cpuUs / 1_000 / elapsedMs) * 100,
      unit: '% of a core',
      threshold: { atMost: 20 },
    },
    { what: 'longest slice', median: report.longestSliceMs, unit: 'ms' },
    {
      what: 'files read',
      median: perSample(report.fileReads),
      unit: 'a sample',
      threshold: { atMost: 0.1 },
    },
    { what: 'files left alone', median: perSample(report.staleReads), unit: 'a sample' },
    { what: 'descriptors kept', median: report.descriptors.open / tasks, unit: 'a task' },
    {
      what: 'heap',
      median: perTask(after.heapBytes, before.heapBytes),
      unit: 'kB a task',
      threshold: { atMost: 2 },
    },
    {
      what: 'resident',
      median: perTask(after.rssBytes, before.rssBytes),
      unit: 'kB a task',
      threshold: { atMost: 4 },
    },
  ];
}

async function hottestFunction(workload: Workload, measureMs: number): Promise<Row> {
  const isOurs = (url: string): boolean => url.startsWith('file:') && !url.includes('/node_modules/');
  const [first] = await profileOf(
    (profileInto) => runAgent(workload, { warmUpMs: 5_000, measureMs, profileInto }),
    isOurs,
  );
  const what = `largest part of one function (${first?.name ?? 'none'})`;
  return { what, median: first?.percent ?? NaN, unit: '% of the work', threshold: { atMost: 25 } };
}
