import { expect } from 'chai';

import { RktError } from '../../src/model/rkt-error.ts';
import type { TaskStatsSample } from '../../src/model/task-stats.ts';
import { allTaskStats } from '../../src/streams/all-task-stats-stream.ts';
import { flushPromises } from '../support/manual-clock.ts';
import { values, recorder, statsBench, type StatsBench } from '../support/stats-deps.ts';
import { anExitResult } from '../support/task-specs.ts';

type Batch = readonly TaskStatsSample[];

const ids = (batches: readonly Batch[]): readonly (readonly string[])[] =>
  batches.map((batch) => batch.map(({ taskId }) => taskId));

describe('allTaskStats', () => {
  let bench: StatsBench;
  beforeEach(() => {
    bench = statsBench();
  });

  it('emits an empty array a tick while there is no task', async () => {
    const { seen, observer } = recorder<Batch>();
    const subscription = allTaskStats(bench.stats).subscribe(observer);
    await bench.clock.advance(1_000);
    expect(seen).to.deep.equal([[], []]);
    subscription.unsubscribe();
  });

  it('emits one frozen array a tick with all tasks that have not exited', async () => {
    bench.run('one');
    bench.run('two');
    const { seen, observer } = recorder<Batch>();
    const subscription = allTaskStats(bench.stats, { intervalMs: 500 }).subscribe(observer);
    await bench.clock.advance(0);
    bench.run('three');
    await bench.clock.advance(500);
    bench.registry.transition('one', 'exited', { exitResult: anExitResult() });
    await bench.clock.advance(500);
    expect(ids(seen)).to.deep.equal([
      ['one', 'two'],
      ['one', 'two', 'three'],
      ['two', 'three'],
    ]);
    expect(seen.map((batch) => batch.map(({ usage }) => usage.cpu.percent))).to.deep.equal([
      [0, 0],
      [10, 10, 0],
      [10, 10],
    ]);
    expect(seen.every(Object.isFrozen)).to.equal(true);
    subscription.unsubscribe();
  });

  it('leaves out a task that exits while the others are read', async () => {
    bench.run('one');
    bench.run('two');
    let finish: () => void = () => undefined;
    bench.answer = ({ id }) =>
      id === 'one'
        ? Promise.resolve(values(1))
        : new Promise((resolve) => {
            finish = () => resolve(values(1));
          });
    const { seen, observer } = recorder<Batch>();
    const subscription = allTaskStats(bench.stats).subscribe(observer);
    await bench.clock.advance(0);
    bench.registry.transition('one', 'exited', { exitResult: anExitResult() });
    finish();
    await flushPromises();
    expect(ids(seen)).to.deep.equal([['two']]);
    subscription.unsubscribe();
  });

  it('does not let a task that cannot be measured spoil the others', async () => {
    bench.run('bad');
    bench.run('good');
    bench.answer = ({ id }) =>
      id === 'bad' ? Promise.reject(new RktError('RKT_ERR_STATS', '')) : Promise.resolve(values(1));
    const { seen, observer } = recorder<Batch>();
    const subscription = allTaskStats(bench.stats).subscribe(observer);
    await bench.clock.advance(2_000);
    expect(ids(seen)).to.deep.equal([['good'], ['good'], ['good']]);
    expect(bench.degraded).to.deep.equal(['bad']);
    expect(bench.stats.sampling()).to.include({ samples: 3, failedSamples: 3 });
    subscription.unsubscribe();
  });

  it('reads all tasks of more than one slice', async () => {
    const names = Array.from({ length: 120 }, (_, index) => `task-${index}`);
    names.forEach(bench.run);
    const { seen, observer } = recorder<Batch>();
    const subscription = allTaskStats(bench.stats).subscribe(observer);
    await bench.clock.advance(0);
    expect(ids(seen)).to.deep.equal([names]);
    subscription.unsubscribe();
  });

  it('samples once for all subscribers and replays the last array', async () => {
    bench.run('one');
    const early = recorder<Batch>();
    const late = recorder<Batch>();
    const subscriptions = [allTaskStats(bench.stats).subscribe(early.observer)];
    await bench.clock.advance(0);
    subscriptions.push(allTaskStats(bench.stats).subscribe(late.observer));
    expect(late.seen).to.deep.equal(early.seen);
    await bench.clock.advance(1_000);
    expect(bench.sampled).to.have.lengthOf(2);
    for (const subscription of subscriptions) subscription.unsubscribe();
    await bench.clock.advance(5_000);
    expect(bench.clock.timers).to.equal(0);
  });

  it('skips and counts the ticks that find a round in progress', async () => {
    bench.run('one');
    bench.answer = () => new Promise(() => undefined);
    const { seen, observer } = recorder<Batch>();
    const subscription = allTaskStats(bench.stats, { intervalMs: 100 }).subscribe(observer);
    await bench.clock.advance(300);
    expect(seen).to.deep.equal([]);
    expect(bench.sampled).to.have.lengthOf(1);
    expect(bench.stats.sampling().skippedTicks).to.equal(3);
    subscription.unsubscribe();
  });

  it('completes at shutdown', async () => {
    const { ends, observer } = recorder<Batch>();
    allTaskStats(bench.stats).subscribe(observer);
    await bench.clock.advance(0);
    bench.registry.close();
    expect(ends).to.deep.equal(['complete']);
  });
});
