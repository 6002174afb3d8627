import { runAgent } from './support/agent.ts';
import { withFleet } from './support/fleet.ts';
import type { Question } from './support/question.ts';

const BYTES_PER_KB = 1_000;
const ALL_STALE_ONCE_MS = 12_000;

export const tenThousand: Question = {
  name: 'ten-thousand',
  asks: 'Does the sampling hold 10,000 idle tasks at 1 s, with fewer descriptors than files?',
  run({ quick }) {
    const tasks = quick ? 500 : 10_000;
    return withFleet(tasks, async (fleet) => {
      const report = await runAgent(fleet, {
        warmUpMs: quick ? 2_000 : ALL_STALE_ONCE_MS,
        measureMs: quick ? 5_000 : 120_000,
        watchesLoop: true,
        ...(process.env['BENCH_PROFILE_DIR'] === undefined
          ? {}
          : { profileInto: process.env['BENCH_PROFILE_DIR'] }),
      });
      const { loop, before, after, descriptors } = report;
      const seconds = report.elapsedMs / 1_000;
      const perTask = (now: number, then: number): number => (now - then) / tasks / BYTES_PER_KB;
      return [
        { what: 'event loop delay, p99', median: loop?.p99Ms ?? NaN, unit: 'ms', bar: { atMost: 12 } },
        { what: 'event loop delay, longest', median: loop?.maxMs ?? NaN, unit: 'ms' },
        { what: 'skipped ticks', median: report.skippedTicks, unit: 'ticks', bar: { atMost: 0 } },
        { what: 'failed samples', median: report.failedSamples, unit: 'samples', bar: { atMost: 0 } },
        { what: 'CPU', median: report.cpuUs / 10_000 / seconds, unit: '% of a core', bar: { atMost: 20 } },
        { what: 'longest slice', median: report.longestSliceMs, unit: 'ms' },
        { what: 'files read', median: report.fileReads / report.samples, unit: 'a sample' },
        { what: 'files left alone', median: report.staleReads / report.samples, unit: 'a sample' },
        { what: 'descriptors kept', median: descriptors.open / tasks, unit: 'a task' },
        {
          what: 'heap',
          median: perTask(after.heapBytes, before.heapBytes),
          unit: 'kB a task',
          bar: { atMost: 2 },
        },
        {
          what: 'resident',
          median: perTask(after.rssBytes, before.rssBytes),
          unit: 'kB a task',
          bar: { atMost: 4 },
        },
      ];
    });
  },
};
