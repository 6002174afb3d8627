import { Gauge, Registry } from 'prom-client';

import { createPrometheusExporter } from '../src/exporters/prometheus/index.ts';
import { fakeDriver, playSamples, playTasks } from '../test/exporters/fake-driver.ts';
import { median, summary, type Benchmark } from './support/benchmark.ts';

const TASKS = 1_000;

export const metricsText: Benchmark = {
  name: 'metrics-text',
  asks: 'What does a scrape of 1,000 tasks cost after every value has changed, with all families?',
  async run({ quick }) {
    const { turns, turnsOfPeer } = quick ? { turns: 12, turnsOfPeer: 2 } : { turns: 240, turnsOfPeer: 12 };
    const ids = Array.from({ length: TASKS }, (_, index) => `web-${index}`);
    const fake = fakeDriver();
    const exporter = createPrometheusExporter(fake.driver);
    playTasks(fake, ids);
    const ours: number[] = [];
    const again: number[] = [];
    for (let turn = 1; turn <= turns; turn += 1) {
      playSamples(fake, ids, turn);
      ours.push(await timed(() => exporter.render().body.length));
      again.push(await timed(() => exporter.render().body.length));
    }
    // Not in turn with ours: the objects that prom-client keeps for each series would slow down our garbage collections.
    const lines = seriesOf(exporter.render().body);
    const peer = createPeer(lines);
    const theirs: number[] = [];
    for (let turn = 1; turn <= turnsOfPeer; turn += 1) {
      playSamples(fake, ids, turns + turn);
      const values = seriesOf(exporter.render().body).map(({ value }) => value);
      theirs.push(await timed(() => peer(values)));
    }
    exporter.close();
    const what = `${lines.length} series`;
    // The first ones run before the compiler has seen what is hot.
    const warm = ours.slice(turns / 4);
    return [
      { what: `a scrape after a sample, ${what}`, ...summary(warm), unit: 'ms', threshold: { atMost: 10 } },
      { what: 'every further scrape until the next sample', ...summary(again.slice(turns / 4)), unit: 'ms' },
      {
        what: 'the same series through prom-client',
        ...summary(theirs),
        unit: 'ms',
        ratio: median(theirs) / median(warm),
        ratioTo: 'our text',
        threshold: { atLeast: 8 },
      },
    ];
  },
};

async function timed(work: () => number | Promise<number>): Promise<number> {
  const began = performance.now();
  const length = await work();
  if (length === 0) throw new Error('Nothing was written');
  return performance.now() - began;
}

interface SeriesLine {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

function seriesOf(body: string): readonly SeriesLine[] {
  return body
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [, name = '', labels = '', value] = /^(\w+)(?:\{(.*)\})? (.*)$/.exec(line) ?? [];
      const pairs = [...labels.matchAll(/(\w+)="([^"]*)"/g)].map(([, key = '', text = '']) => [key, text]);
      return { name, labels: Object.fromEntries(pairs) as Record<string, string>, value: Number(value) };
    });
}

/** The same names, labels and values, set and written by prom-client the way its documentation shows. */
function createPeer(lines: readonly SeriesLine[]): (values: readonly number[]) => Promise<number> {
  const registry = new Registry();
  const gauges = new Map<string, Gauge>();
  const each = lines.map(({ name, labels }) => {
    const gauge =
      gauges.get(name) ??
      new Gauge({ name, help: 'The same.', labelNames: Object.keys(labels), registers: [registry] });
    gauges.set(name, gauge);
    return { gauge, labels };
  });
  return async (values) => {
    each.forEach(({ gauge, labels }, index) => gauge.set(labels, values[index] ?? NaN));
    return (await registry.metrics()).length;
  };
}
