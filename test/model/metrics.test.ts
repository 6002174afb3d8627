import { readFileSync } from 'node:fs';

import { expect } from 'chai';

import { FIELD_GROUPS } from '../../src/model/field-groups.ts';
import { COMPUTED_METRICS, METRICS, metricsOf, type MetricSection } from '../../src/model/metrics.ts';
import { COLUMN, PRESSURE_COLUMN, ROW_LENGTH } from '../../src/sources/cgroup/readers/cgroup-row.ts';

const SECTIONS = Object.keys(METRICS) as MetricSection[];

describe('the table of metrics', () => {
  it('gives each metric a column of its own, and the row no space for more', () => {
    const columns = [
      ...Object.values(COLUMN).flatMap((section) => Object.values(section)),
      ...Object.values(PRESSURE_COLUMN).flatMap(({ some, full }) => [
        ...Object.values(some),
        ...Object.values(full),
      ]),
    ] as number[];
    expect(columns.toSorted((a, b) => a - b)).to.deep.equal([...Array(ROW_LENGTH).keys()]);
  });

  it('says of each metric in which group it is read, what it means, and in a unit that fits its name', () => {
    for (const section of SECTIONS) {
      for (const [key, { group, unit, meaning }] of Object.entries(metricsOf(section))) {
        expect(FIELD_GROUPS, key).to.include(group);
        expect(meaning, key).to.match(/^[A-Za-z].*\.$/);
        if (key.endsWith('Bytes')) expect(unit, key).to.equal('bytes');
        if (key.endsWith('Ns')) expect(unit, key).to.equal('ns');
        if (key.endsWith('BytesPerSecond')) expect(unit, key).to.equal('bytes/s');
      }
    }
  });

  it('computes metrics under keys that are not read', () => {
    for (const [section, computed] of Object.entries(COMPUTED_METRICS)) {
      const read = METRICS[section as keyof typeof COMPUTED_METRICS];
      for (const key of Object.keys(computed)) expect(Object.keys(read)).not.to.include(key);
    }
  });

  it('has each metric of memory and CPU in docs/stats.md', () => {
    const docs = readFileSync('docs/stats.md', 'utf8');
    for (const section of ['memory', 'cpu'] as const) {
      for (const key of Object.keys(metricsOf(section))) expect(docs, key).to.include(`| \`${key}\``);
    }
  });
});
