import { Subscription } from 'rxjs';

import { taskStats } from '../src/streams/task-stats-stream.ts';
import { SIX_FILE_GROUPS, engineOver, type BenchEngine } from './support/engine.ts';
import { withWorkload } from './support/workload.ts';
import { summary, type Benchmark } from './support/benchmark.ts';

const SUBSCRIBERS = 1_000;
const INTERVAL_MS = 1_000;

export const subscribers: Benchmark = {
  name: 'subscribers',
  asks: 'What does one more subscriber cost a stream that runs?',
  run({ quick }) {
    return withWorkload(1, async (workload) => {
      const engine = await engineOver(workload, { gate: false });
      const ticks = quick ? 200 : 1_000;
      const each: number[] = [];
      let moreReads = 0;
      for (let round = 0; round <= (quick ? 3 : 15); round += 1) {
        const one = measure(engine, 1, ticks);
        const many = measure(engine, SUBSCRIBERS, ticks);
        moreReads += many.fileReads - one.fileReads;
        if (round > 0) each.push((many.us - one.us) / ticks / (SUBSCRIBERS - 1));
      }
      return [
        {
          what: 'each further one, of 1,000',
          ...summary(each),
          unit: 'µs a value',
          threshold: { atMost: 0.1 },
        },
        { what: 'files read because of them', median: moreReads, unit: 'files', threshold: { atMost: 0 } },
      ];
    });
  },
};

function measure(
  { stats, advance }: BenchEngine,
  count: number,
  ticks: number,
): { readonly us: number; readonly fileReads: number } {
  let values = 0;
  const all = new Subscription();
  const usage$ = taskStats(stats, 't0', { intervalMs: INTERVAL_MS, groups: SIX_FILE_GROUPS });
  for (let index = 0; index < count; index += 1) all.add(usage$.subscribe(() => void (values += 1)));
  advance(0.75 * INTERVAL_MS);
  values = 0;
  const readsBefore = stats.sampling().fileReads;
  const began = performance.now();
  for (let tick = 0; tick < ticks; tick += 1) advance(INTERVAL_MS);
  const us = (performance.now() - began) * 1_000;
  const { fileReads } = stats.sampling();
  if (values !== count * ticks)
    throw new Error(`${values} values for ${count} subscribers in ${ticks} ticks`);
  all.unsubscribe();
  advance(2 * INTERVAL_MS);
  return { us, fileReads: fileReads - readsBefore };
}
