import { median, summary, type Benchmark, type Row } from './support/benchmark.ts';
import { CLIENTS, sseCourse, type Measured } from './support/sse-course.ts';
import { withWorkload } from './support/workload.ts';

const MIB = 2 ** 20;
/** The topics of the dashboard that come every second. */
const PATH = '/v1/streams?topics=tasks,stats,events&intervalMs=1000&changes=true';

export const sse: Benchmark = {
  name: 'sse',
  asks: 'Does an agent stay quick and small with 100 clients of its streams, 1,000 tasks every second?',
  run({ quick }) {
    const rounds = quick ? 3 : 30;
    const everyMs = quick ? 3_000 : 10_000;
    return withWorkload(
      quick ? 100 : 1_000,
      async (workload) =>
        rows(
          await sseCourse(workload, { path: PATH, rounds, everyMs, warmUpMs: quick ? 2_000 : 60_000 }),
          everyMs,
        ),
      { everyNthIsBusy: 10 },
    );
  },
};

function rows(course: readonly Measured[], everyMs: number): readonly Row[] {
  const quarter = Math.ceil(course.length / 4);
  const memory = (what: string, of: (measured: Measured) => number): readonly Row[] => {
    const [early, late] = [course.slice(0, quarter), course.slice(-quarter)].map((part) =>
      median(part.map((measured) => of(measured) / MIB)),
    ) as [number, number];
    const ratio = { ratio: late / early, ratioTo: 'the first', threshold: { atMost: 1.1 } };
    return [
      { what: `${what}, first quarter`, median: early, unit: 'MiB' },
      { what: `${what}, last quarter`, median: late, unit: 'MiB', ...ratio },
    ];
  };
  const perSecond = (of: (measured: Measured) => number): readonly number[] =>
    course.map((measured) => (of(measured) / everyMs) * 1_000);
  return [
    {
      what: 'event loop delay, 99th percentile',
      ...summary(course.map(({ p99Ms }) => p99Ms)),
      unit: 'ms',
      threshold: { atMost: 20 },
    },
    { what: 'longest delay', ...summary(course.map(({ maxMs }) => maxMs)), unit: 'ms' },
    { what: 'sent to all clients', ...summary(perSecond(({ bytes }) => bytes / MIB)), unit: 'MiB/s' },
    {
      what: 'values a client and second',
      ...summary(perSecond(({ frames }) => frames / CLIENTS)),
      unit: 'frames',
    },
    ...memory('resident memory', ({ rss }) => rss),
    ...memory('heap and buffers in use', ({ heapUsed, external }) => heapUsed + external),
  ];
}
