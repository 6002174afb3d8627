import { expect } from 'chai';

import { selectedTask, shownTasks } from '../../../src/cli/top/top-rows.ts';
import { FIRST_STATE, type SortField } from '../../../src/cli/top/top-state.ts';
import { aStatus, aUsage, someData } from '../../support/top-tasks.ts';

const { tasks } = someData(
  [
    aStatus('b', { startedAtMs: 20, image: 'x' }),
    aUsage(50, 300, { pidCount: { current: 1 }, io: { readBytesPerSecond: 5 } }),
  ],
  [
    aStatus('a', { startedAtMs: 30, image: 'z' }),
    aUsage(10, 900, { pidCount: { current: 3 }, network: { sentBytesPerSecond: 1 } }),
  ],
  [aStatus('c', { phase: 'starting', startedAtMs: undefined, image: 'y' })],
  [aStatus('d', { phase: 'exited', startedAtMs: 10 })],
);

function order(sort: SortField, isReversed = false): string {
  const shown = shownTasks(tasks, { ...FIRST_STATE, sort, isReversed });
  return shown.map(({ status }) => status.id).join('');
}

describe('shownTasks', () => {
  it('sorts by each column: texts from a, metrics from the largest, what was not measured last', () => {
    const orders: Readonly<Record<SortField, string>> = {
      name: 'abc',
      state: 'abc',
      cpu: 'bac',
      memory: 'abc',
      pids: 'abc',
      net: 'abc',
      io: 'bac',
      uptime: 'bac',
      image: 'bca',
    };
    for (const [field, ids] of Object.entries(orders)) expect(order(field as SortField), field).to.equal(ids);
    expect(order('cpu', true)).to.equal('cab');
  });

  it('leaves out what has exited, unless all are wanted', () => {
    expect(shownTasks(tasks, { ...FIRST_STATE, isAll: true })).to.have.length(4);
  });

  it('finds a text in name, id and image, whatever its case', () => {
    const found = (filter: string): string =>
      shownTasks(tasks, { ...FIRST_STATE, filter })
        .map(({ status }) => status.id)
        .join('');
    expect(found('X')).to.equal('b');
    expect(found('c')).to.equal('c');
    expect(found('nope')).to.equal('');
  });
});

describe('selectedTask', () => {
  it('is the first one while the chosen one is not shown', () => {
    const shown = shownTasks(tasks, FIRST_STATE);
    expect(selectedTask(shown, { selectedId: 'b' })?.status.id).to.equal('b');
    expect(selectedTask(shown, { selectedId: 'd' })?.status.id).to.equal('a');
    expect(selectedTask([], { selectedId: 'b' })).to.equal(undefined);
  });
});
