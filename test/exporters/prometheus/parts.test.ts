import { expect } from 'chai';
import fc from 'fast-check';

import { cgroupId } from '../../../src/exporters/cgroup-id.ts';
import { extraLabels, parseExtraLabels } from '../../../src/exporters/prometheus/extra-labels.ts';
import { family } from '../../../src/exporters/prometheus/family.ts';
import { labelName, labelText } from '../../../src/exporters/prometheus/label-text.ts';
import { negotiate } from '../../../src/exporters/prometheus/negotiate.ts';
import { numberText } from '../../../src/exporters/prometheus/number-text.ts';
import { onePiece } from '../../../src/exporters/prometheus/one-piece.ts';
import { createPage } from '../../../src/exporters/prometheus/page.ts';
import { createSeriesTable } from '../../../src/exporters/prometheus/series-table.ts';
import { createTaskCounters } from '../../../src/exporters/task-counters.ts';
import { aTaskSpec } from '../../support/task-specs.ts';
import { readText } from './read-text.ts';
import { aTaskEvent, anExit } from '../../support/task-events.ts';

describe('negotiate', () => {
  const PROMETHEUS =
    'application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1';
  for (const [accept, expected] of [
    [undefined, 'text'],
    ['', 'text'],
    ['*/*', 'text'],
    ['text/html, */*;q=0.1', 'text'],
    ['application/json', 'text'],
    [PROMETHEUS, 'openmetrics'],
    ['application/openmetrics-text', 'openmetrics'],
    ['text/plain, application/openmetrics-text', 'openmetrics'],
    ['text/plain;q=0.9, application/openmetrics-text;q=0.8', 'text'],
    ['*/*, application/openmetrics-text; version="1.0.0"', 'openmetrics'],
    ['application/openmetrics-text;q=0', 'text'],
    ['application/openmetrics-text;q=many', 'text'],
    ['application/openmetrics-text;version=2.0.0', 'text'],
    ['APPLICATION/OpenMetrics-Text; Version=1.0.0; Q=1', 'openmetrics'],
  ] as const) {
    it(`takes ${accept ?? 'no header'} for ${expected}`, () => {
      expect(negotiate(accept).format).to.equal(expected);
    });
  }

  it('declares the older version to who knows no other', () => {
    expect(negotiate('application/openmetrics-text;version=0.0.1').contentType).to.contain('version=0.0.1');
  });

  it('has an answer to everything', () => {
    fc.assert(
      fc.property(fc.string(), (accept) => {
        expect(negotiate(accept).contentType).to.be.a('string');
      }),
    );
  });
});

const WELL_FORMED = fc.string({ unit: 'binary' });
const NAME = fc.stringMatching(/^[a-zA-Z_][a-zA-Z0-9_]{0,8}$/).filter((name) => name !== '__proto__');

describe('labelText', () => {
  it('can be read back, whatever the values are', () => {
    fc.assert(
      fc.property(fc.dictionary(NAME, WELL_FORMED), (labels) => {
        const text = labelText(labels);
        const [read] = readText(`x${text === '' ? '' : `{${text}}`} 1\n`).series;
        const present = Object.entries(labels).filter(([, value]) => value !== '');
        expect({ ...read?.labels }).to.deep.equal({ ...Object.fromEntries(present) });
      }),
    );
  });

  it('escapes what would end a value', () => {
    expect(labelText({ a: 'b"c\\d\ne' })).to.equal('a="b\\"c\\\\d\\ne"');
  });

  it('leaves out labels without a value', () => {
    expect(labelText({ a: undefined, b: '', c: '1' })).to.equal('c="1"');
  });

  it('writes half a character as the sign for a lost one', () => {
    expect(labelText({ a: 'x\ud800y' })).to.equal('a="x\ufffdy"');
  });
});

describe('numberText', () => {
  it('can be read back', () => {
    fc.assert(
      fc.property(fc.double(), (value) => {
        const text = numberText(value);
        expect(text).to.match(/^(NaN|[+-]Inf|-?\d+(\.\d+)?(e[+-]\d+)?)$/);
        expect(Number(text.replace('Inf', 'Infinity'))).to.deep.equal(Object.is(value, -0) ? 0 : value);
      }),
    );
  });
});

describe('onePiece', () => {
  it('changes no text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(onePiece(text)).to.equal(text);
      }),
    );
  });
});

describe('parseExtraLabels', () => {
  it('makes names that Prometheus takes, each once', () => {
    const names = (...allowed: string[]): readonly string[] =>
      parseExtraLabels(allowed).map(({ name }) => name);
    expect(names('env:TEAM', 'annotation:example.com/owner', 'meta:stage=1 stage')).to.deep.equal([
      'env_TEAM',
      'annotation_example_com_owner',
      '_1_stage',
    ]);
    expect(names('env:A=x', 'env:B=x', 'env:C=image', 'env:D=***', 'env:E=cpu')).to.deep.equal(['x']);
    expect(labelName('__reserved')).to.equal('_reserved');
  });

  it('never makes a name that is none', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), (key) => {
        for (const { name } of parseExtraLabels([
          `env:${key.replaceAll('=', '') || 'x'}`.replaceAll('\n', ''),
        ]))
          expect(name).to.match(/^[a-zA-Z_][a-zA-Z0-9_]*$/);
      }),
    );
  });

  it('finds values in the environment, the annotations and what Nomad makes of meta', () => {
    const labels = parseExtraLabels(['env:A', 'annotation:a', 'meta:up', 'meta:low', 'env:constructor']);
    const spec = aTaskSpec('x', { env: { A: '1', NOMAD_META_UP: '2', NOMAD_META_low: '3' } });
    const app = { name: 'x', state: 'running', user_annotations: { a: '4' } };
    expect(extraLabels(labels, spec, { name: 'p', state: 'running', apps: [app] })).to.deep.equal({
      env_A: '1',
      annotation_a: '4',
      meta_up: '2',
      meta_low: '3',
      env_constructor: undefined,
    });
    expect(extraLabels(labels, undefined, undefined)).to.have.property('env_A', undefined);
  });
});

describe('cgroupId', () => {
  for (const [paths, id] of [
    [[], undefined],
    [['/sys/fs/cgroup/rkt-streams/web'], '/rkt-streams/web'],
    [
      ['/sys/fs/cgroup/cpu,cpuacct/rkt-streams/web', '/sys/fs/cgroup/memory/rkt-streams/web'],
      '/rkt-streams/web',
    ],
    [['/sys/fs/cgroup/unified/rkt-streams/web'], '/rkt-streams/web'],
    [['/elsewhere/web'], '/elsewhere/web'],
  ] as const) {
    it(`takes ${id ?? 'nothing'} from ${paths.join(', ') || 'no path'}`, () => {
      expect(cgroupId(paths)).to.equal(id);
    });
  }
});

describe('createSeriesTable', () => {
  type Row = readonly (number | undefined)[];
  const FAMILIES = [
    family<Row>('one', 'gauge', { help: 'h', source: 's' }, (row) => row[0]),
    {
      name: 'two',
      type: 'summary' as const,
      help: 'h',
      source: 's',
      series: [
        { suffix: '_sum' as const, value: (row: Row) => row[1] },
        { labels: { q: '1' }, value: (row: Row) => row[2] },
      ],
    },
  ];
  const KEY = fc.constantFrom('a', 'b', 'c', 'd', 'e');
  const VALUE = fc.option(fc.integer({ min: 0, max: 3 }), { nil: undefined });
  const STATE = fc.dictionary(KEY, fc.array(VALUE, { minLength: 3, maxLength: 3 }));

  it('always reports just what is there, whatever came and went before', () => {
    fc.assert(
      fc.property(fc.array(STATE, { minLength: 1, maxLength: 8 }), (states) => {
        const table = createSeriesTable<Row>(FAMILIES);
        for (const state of states) {
          const entries = Object.entries(state);
          table.update(entries.map(([key, row]) => ({ key, labels: { key }, row })));
          const page = createPage();
          FAMILIES.forEach((_, place) => table.write(place, page));
          const lines = page.take().split('\n').slice(1).sort();
          const expected = entries.flatMap(([key, [one, sum, q]]) => [
            ...(one === undefined ? [] : [`one{key="${key}"} ${one}`]),
            ...(sum === undefined ? [] : [`two_sum{key="${key}"} ${sum}`]),
            ...(q === undefined ? [] : [`two{key="${key}",q="1"} ${q}`]),
          ]);
          expect(lines).to.deep.equal(expected.sort());
          expect(table.count(0) + table.count(1)).to.equal(expected.length);
          expect(table.values(0).length + table.values(1).length).to.equal(expected.length);
        }
      }),
    );
  });

  it('begins anew when the labels of an entry change', () => {
    const table = createSeriesTable<Row>(FAMILIES);
    table.update([{ key: 'a', labels: { v: '1' }, row: [1] }]);
    table.update([{ key: 'a', labels: { v: '2' }, row: [1] }]);
    expect(table.values(0)).to.deep.equal([{ labels: { v: '2' }, suffix: '', value: 1 }]);
  });
});

describe('createTaskCounters', () => {
  it('keeps the names that were seen last', () => {
    const counters = createTaskCounters(() => ({ job: undefined, taskGroup: undefined }), 2);
    for (const taskName of ['a', 'b', 'a', 'c']) counters.count(aTaskEvent('started', '', { taskName }));
    expect([...counters.all()].map(({ task }) => task)).to.deep.equal(['a', 'c']);
  });

  it('counts an event that comes again once', () => {
    const counters = createTaskCounters(() => ({ job: undefined, taskGroup: undefined }));
    const events = [aTaskEvent('started'), anExit('web', { exitCode: 137, oomKilled: true })];
    for (const event of [...events, ...events]) counters.count({ ...event, repeated: true });
    expect([...counters.all()]).to.deep.equal([
      { task: 'web', job: undefined, taskGroup: undefined, starts: 1, failures: 1, oomKills: 1 },
    ]);
  });
});
