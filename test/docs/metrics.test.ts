import { readFileSync } from 'node:fs';

import { expect } from 'chai';

import { METRIC } from '../../src/exporters/otlp/semantic-names.ts';
import { TASK_METRICS } from '../../src/exporters/otlp/task-metrics.ts';
import type { Family } from '../../src/exporters/prometheus/family.ts';
import { ALL_FAMILIES } from '../../src/exporters/prometheus/metric-tables.ts';

const PAGE = readFileSync('docs/metrics.md', 'utf8');

/** The cells of all rows whose first cell is a name in code. */
const ROWS = PAGE.split('\n')
  .filter((line) => /^\| `[a-z_.0-9]+` +\|/.test(line))
  .map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );

/** A family as docs/metrics.md reports of it. */
function rowOf({ name, type, series, unit, help, source }: Family<never>): readonly string[] {
  const labels = new Map<string, string[]>();
  for (const each of series)
    for (const [label, value] of Object.entries(each.labels ?? {}))
      labels.set(label, [...(labels.get(label) ?? []), value]);
  const words = [...labels].map(([label, values]) => `\`${label}\`: ${values.join(', ')}`);
  return [`\`${name}\``, type, words.join('; '), unit ?? '', help, source];
}

describe('docs/metrics.md', () => {
  it('reports of every family of Prometheus what the code says, and of no other', () => {
    const reported = ROWS.filter(([name = '']) => /^`(container|rkt|machine|cadvisor)_/.test(name));
    expect(reported).to.deep.equal(ALL_FAMILIES.map(rowOf));
  });

  it('reports of every metric of OTLP what the code says, and of no other', () => {
    const reported = ROWS.filter(([name = '']) => name.includes('.'));
    expect(reported.map(([name]) => name).sort()).to.deep.equal(
      Object.values(METRIC)
        .map((name) => `\`${name}\``)
        .sort(),
    );
    const ofTasks = TASK_METRICS.map(({ name, kind, unit }) => [`\`${name}\``, kind, `\`${unit}\``]);
    for (const row of ofTasks) expect(reported.map((cells) => cells.slice(0, 3))).to.deep.include(row);
  });

  it('has no family twice', () => {
    const names = ALL_FAMILIES.map(({ name }) => name);
    expect(new Set(names).size).to.equal(names.length);
  });
});
