import { expect } from 'chai';

import { COLUMNS, imageText, type ColumnKey } from '../../../src/server/web/logic/table-columns.ts';
import {
  FIRST_SELECTION,
  selectRows,
  sortedBy,
  type Selection,
} from '../../../src/server/web/logic/select-rows.ts';
import { createTaskRow } from '../../../src/server/web/logic/task-row.ts';
import { anAlert } from '../../support/alerts.ts';
import { status, usage } from '../../support/page-rows.ts';

const ENDED = { oomKilled: false, completedAtMs: 9, source: 'exit-file' } as const;
const rows = [
  createTaskRow(status('web-10', { startedAtMs: 3 })),
  createTaskRow(status('web-2', { image: '/images/nginx.aci', podId: '4f2c' })),
  createTaskRow(status('job', { phase: 'exited', state: 'exited', exitResult: { ...ENDED, exitCode: 3 } })),
];
[10, 20].forEach((percent, n) =>
  rows.slice(0, 2).forEach((row, index) => {
    const memory = { workingSetBytes: (index + 1) * 100 };
    row.addUsage(usage(n, { cpu: { percent: percent * (index + 1) }, memory, pidCount: { current: index } }));
  }),
);
rows[2]?.alerts.set('crash', anAlert({ taskId: 'job', rule: 'crash' }));

const BY_NAME: Selection = { ...FIRST_SELECTION, sortBy: 'name' };
const ids = (more: Partial<Selection>) =>
  selectRows(rows, { ...BY_NAME, ...more }, 10_000).map(({ id }) => id);

describe('selectRows', () => {
  it('sorts names as people count', () => {
    expect(ids({})).to.deep.equal(['job', 'web-2', 'web-10']);
    expect(ids({ descending: true })).to.deep.equal(['web-10', 'web-2', 'job']);
  });

  it('puts what was not measured last, whichever way it sorts', () => {
    for (const sortBy of ['cpu', 'memory', 'processes'] as const) {
      expect(ids({ sortBy }), sortBy).to.deep.equal(['web-10', 'web-2', 'job']);
      expect(ids({ sortBy, descending: true }), sortBy).to.deep.equal(['web-2', 'web-10', 'job']);
    }
  });

  it('puts problems first where nothing else is asked for', () => {
    expect(selectRows(rows, FIRST_SELECTION, 10_000).map(({ id }) => id)).to.deep.equal([
      'job',
      'web-2',
      'web-10',
    ]);
  });

  it('sorts by every column', () => {
    for (const { key } of COLUMNS) expect(ids({ sortBy: key }), key).to.have.length(3);
    expect(ids({ sortBy: 'exit' })[0]).to.equal('job');
    expect(ids({ sortBy: 'image' })[0]).to.equal('web-2');
  });

  it('filters by words that all have to occur', () => {
    expect(ids({ text: ' NGINX  web ' })).to.deep.equal(['web-2']);
    expect(ids({ text: '4f2c' })).to.deep.equal(['web-2']);
    expect(ids({ text: 'exited' })).to.deep.equal(['job']);
    expect(ids({ text: 'nginx job' })).to.deep.equal([]);
  });

  it('filters by state', () => {
    expect(ids({ state: 'running' })).to.deep.equal(['web-2', 'web-10']);
    expect(ids({ state: 'exited' })).to.deep.equal(['job']);
    expect(ids({ state: 'alerts' })).to.deep.equal(['job']);
  });
});

describe('sortedBy', () => {
  it('begins with the largest number and the first letter, and turns at the second time', () => {
    const byCpu = sortedBy(FIRST_SELECTION, 'cpu');
    expect(byCpu).to.include({ sortBy: 'cpu', descending: true });
    expect(sortedBy(byCpu, 'cpu').descending).to.equal(false);
    expect(sortedBy(byCpu, 'image')).to.include({ sortBy: 'image', descending: false });
  });
});

describe('the columns', () => {
  it('have a text for every task', () => {
    const texts = (index: number) =>
      Object.fromEntries(COLUMNS.map(({ key, text }) => [key, text(rows[index]!, 10_000)])) as Record<
        ColumnKey,
        string
      >;
    expect(texts(1)).to.deep.equal({
      name: 'web-2',
      state: 'running',
      image: 'nginx.aci',
      cpu: '40.0%',
      memory: '200 B',
      processes: '1',
      uptime: '9s',
      exit: '–',
    });
    expect(texts(2)).to.include({ state: 'exited', cpu: '–', memory: '–', exit: '3' });
  });

  it('show the last part of a path as the image', () => {
    expect(imageText('docker://example.com/library/a:v1')).to.equal('a:v1');
    expect(imageText('/images/nginx.aci')).to.equal('nginx.aci');
  });
});
