import { expect } from 'chai';

import { RktError } from '../../src/model/rkt-error.ts';
import type { TaskResourceUsage } from '../../src/model/task-stats.ts';
import { createStats } from '../../src/streams/stats/create-stats.ts';
import { taskStats } from '../../src/streams/task-stats-stream.ts';
import { flushPromises } from '../support/manual-clock.ts';
import { values, recorder, statsBench, type StatsBench } from '../support/stats-deps.ts';
import { aNewTask, anExitResult } from '../support/task-specs.ts';

const percents = (usages: readonly TaskResourceUsage[]): readonly (number | undefined)[] =>
  usages.map(({ cpu }) => cpu.percent);

describe('taskStats', () => {
  let bench: StatsBench;
  beforeEach(() => {
    bench = statsBench();
  });
  const exit = (id: string): void => {
    bench.registry.transition(id, 'exited', { exitResult: anExitResult() });
  };

  it('fails for a task no one knows, at subscription', () => {
    const { ends, observer } = recorder<TaskResourceUsage>();
    const stats$ = taskStats(bench.stats, 'unknown');
    expect(ends).to.deep.equal([]);
    stats$.subscribe(observer);
    expect(ends[0]).to.contain('task not found for given id: "unknown"');
  });

  it('samples at once and then every interval', async () => {
    bench.run('one');
    const { seen, ends, observer } = recorder<TaskResourceUsage>();
    const subscription = taskStats(bench.stats, 'one', { intervalMs: 500 }).subscribe(observer);
    await bench.clock.advance(1_000);
    expect(seen.map(({ timestampMs }) => timestampMs)).to.deep.equal([0, 500, 1_000]);
    expect(percents(seen)).to.deep.equal([0, 10, 10]);
    expect(ends).to.deep.equal([]);
    subscription.unsubscribe();
  });

  it('samples once for all who ask for the same, and replays the last sample', async () => {
    bench.run('one');
    const early = recorder<TaskResourceUsage>();
    const late = recorder<TaskResourceUsage>();
    const subscriptions = [taskStats(bench.stats, 'one').subscribe(early.observer)];
    await bench.clock.advance(1_500);
    subscriptions.push(taskStats(bench.stats, 'one').subscribe(late.observer));
    expect(late.seen).to.deep.equal(early.seen.slice(-1));
    await bench.clock.advance(1_000);
    expect(late.seen).to.deep.equal(early.seen.slice(-2));
    expect(bench.sampled).to.have.lengthOf(3);
    for (const subscription of subscriptions) subscription.unsubscribe();
  });

  it('keeps the rates of different intervals apart', async () => {
    bench.run('one');
    bench.answer = () => Promise.resolve(values(bench.clock.now() / 4));
    const fast = recorder<TaskResourceUsage>();
    const slow = recorder<TaskResourceUsage>();
    const subscriptions = [
      taskStats(bench.stats, 'one', { intervalMs: 100 }).subscribe(fast.observer),
      taskStats(bench.stats, 'one', { intervalMs: 400 }).subscribe(slow.observer),
    ];
    await bench.clock.advance(800);
    expect(percents(slow.seen)).to.deep.equal([0, 25, 25]);
    expect(new Set(percents(fast.seen).slice(1))).to.deep.equal(new Set([25]));
    for (const subscription of subscriptions) subscription.unsubscribe();
  });

  it('stops sampling a second after the last subscriber left, and begins anew after that', async () => {
    bench.run('one');
    const first = recorder<TaskResourceUsage>();
    taskStats(bench.stats, 'one', { intervalMs: 100 }).subscribe(first.observer).unsubscribe();
    await bench.clock.advance(10_000);
    const before = bench.sampled.length;
    await bench.clock.advance(10_000);
    expect(bench.sampled).to.have.lengthOf(before);
    expect(bench.clock.timers).to.equal(0);
    const second = recorder<TaskResourceUsage>();
    const subscription = taskStats(bench.stats, 'one', { intervalMs: 100 }).subscribe(second.observer);
    await bench.clock.advance(0);
    expect(percents(second.seen)).to.deep.equal([0]);
    subscription.unsubscribe();
  });

  it('skips and counts the ticks that find a sample in progress', async () => {
    bench.run('one');
    let finish: () => void = () => undefined;
    bench.answer = () =>
      new Promise((resolve) => {
        finish = () => resolve(values(1));
      });
    const { seen, observer } = recorder<TaskResourceUsage>();
    const subscription = taskStats(bench.stats, 'one', { intervalMs: 100 }).subscribe(observer);
    await bench.clock.advance(350);
    expect(bench.sampled).to.have.lengthOf(1);
    expect(bench.stats.sampling().skippedTicks).to.equal(3);
    finish();
    await flushPromises();
    expect(seen).to.have.lengthOf(1);
    await bench.clock.advance(100);
    expect(bench.sampled).to.have.lengthOf(2);
    subscription.unsubscribe();
  });

  it('leaves out and counts samples that fail, and reports the first', async () => {
    bench.run('one');
    bench.answer = () => Promise.reject(new RktError('RKT_ERR_STATS', ''));
    const { seen, ends, observer } = recorder<TaskResourceUsage>();
    const subscription = taskStats(bench.stats, 'one', { intervalMs: 100 }).subscribe(observer);
    await bench.clock.advance(250);
    bench.answer = () => Promise.resolve(values(1));
    await bench.clock.advance(100);
    expect(seen).to.have.lengthOf(1);
    expect(ends).to.deep.equal([]);
    expect(bench.degraded).to.deep.equal(['one']);
    expect(bench.stats.sampling()).to.include({ failedSamples: 3, samples: 1 });
    subscription.unsubscribe();
  });

  it('reports once that the cgroup is of no use, and goes on with the other source', async () => {
    bench.run('one');
    bench.answer = () =>
      Promise.resolve({ ...values(1), source: 'pidusage' as const, degradedBy: new Error('gone') });
    const { seen, observer } = recorder<TaskResourceUsage>();
    const subscription = taskStats(bench.stats, 'one', { intervalMs: 100 }).subscribe(observer);
    await bench.clock.advance(250);
    expect(seen).to.have.lengthOf(3);
    expect(bench.degraded).to.deep.equal(['one']);
    subscription.unsubscribe();
  });

  it('drops and counts a sample whose counters went back', async () => {
    bench.run('one');
    const answers = [100, 50, 60];
    bench.answer = () => Promise.resolve(values(answers.shift() ?? 0));
    const { seen, observer } = recorder<TaskResourceUsage>();
    const subscription = taskStats(bench.stats, 'one', { intervalMs: 100 }).subscribe(observer);
    await bench.clock.advance(200);
    expect(percents(seen)).to.deep.equal([0, 10]);
    expect(bench.stats.sampling().droppedSamples).to.equal(1);
    subscription.unsubscribe();
  });

  it('waits silently for a task that has nothing to measure yet', async () => {
    bench.registry.add(aNewTask('one'));
    const { seen, ends, observer } = recorder<TaskResourceUsage>();
    const subscription = taskStats(bench.stats, 'one', { intervalMs: 100 }).subscribe(observer);
    await bench.clock.advance(500);
    expect([seen, ends, bench.sampled, bench.degraded]).to.deep.equal([[], [], [], []]);
    bench.registry.update('one', { cgroupPaths: ['/cgroup/one'] });
    await bench.clock.advance(100);
    expect(seen).to.have.lengthOf(1);
    subscription.unsubscribe();
  });

  it('completes with a final sample when the task exits', async () => {
    bench.run('one');
    const { seen, ends, observer } = recorder<TaskResourceUsage>();
    taskStats(bench.stats, 'one').subscribe(observer);
    await bench.clock.advance(400);
    exit('one');
    await flushPromises();
    expect(seen.map(({ timestampMs }) => timestampMs)).to.deep.equal([0, 400]);
    expect(ends).to.deep.equal(['complete']);
    await bench.clock.advance(1_000);
    expect(bench.clock.timers).to.equal(0);
  });

  it('gives one sample to who comes after the exit, and completes', async () => {
    bench.run('one');
    exit('one');
    const { seen, ends, observer } = recorder<TaskResourceUsage>();
    taskStats(bench.stats, 'one').subscribe(observer);
    await flushPromises();
    expect(seen).to.have.lengthOf(1);
    expect(ends).to.deep.equal(['complete']);
  });

  it('does not take the end of a task for a failure', async () => {
    bench.run('one');
    bench.answer = () => Promise.reject(new RktError('RKT_ERR_STATS', ''));
    exit('one');
    const { seen, ends, observer } = recorder<TaskResourceUsage>();
    taskStats(bench.stats, 'one').subscribe(observer);
    await flushPromises();
    expect(seen).to.deep.equal([]);
    expect(ends).to.deep.equal(['complete']);
    expect(bench.degraded).to.deep.equal([]);
    expect(bench.stats.sampling().failedSamples).to.equal(0);
  });

  it('completes when the task is removed, and at shutdown', async () => {
    bench.registry.add(aNewTask('one'));
    bench.run('two');
    const removed = recorder<TaskResourceUsage>();
    const closed = recorder<TaskResourceUsage>();
    taskStats(bench.stats, 'one').subscribe(removed.observer);
    taskStats(bench.stats, 'two').subscribe(closed.observer);
    await bench.clock.advance(0);
    bench.registry.remove('one');
    await flushPromises();
    expect(removed.ends).to.deep.equal(['complete']);
    expect(closed.ends).to.deep.equal([]);
    bench.registry.close();
    await flushPromises();
    expect(closed.ends).to.deep.equal(['complete']);
  });

  it('completes for the one whose signal is aborted, and for no one else', async () => {
    bench.run('one');
    const controller = new AbortController();
    const aborted = recorder<TaskResourceUsage>();
    const other = recorder<TaskResourceUsage>();
    taskStats(bench.stats, 'one', { signal: controller.signal }).subscribe(aborted.observer);
    const subscription = taskStats(bench.stats, 'one').subscribe(other.observer);
    await bench.clock.advance(0);
    controller.abort();
    await bench.clock.advance(1_000);
    expect([aborted.seen.length, aborted.ends]).to.deep.equal([1, ['complete']]);
    expect([other.seen.length, other.ends]).to.deep.equal([2, []]);
    subscription.unsubscribe();
  });

  it('takes an interval of nonsense for the shortest, with one warning', async () => {
    bench.run('one');
    const { seen, observer } = recorder<TaskResourceUsage>();
    const subscriptions = [0, NaN, -5].map((intervalMs) =>
      taskStats(bench.stats, 'one', { intervalMs }).subscribe(observer),
    );
    await bench.clock.advance(200);
    expect(seen).to.have.lengthOf(9);
    expect(bench.sampled).to.have.lengthOf(3);
    expect(bench.warnings).to.deep.equal(['stats interval out of range']);
    for (const subscription of subscriptions) subscription.unsubscribe();
  });

  it('survives a report that is refused', async () => {
    bench.run('one');
    bench.answer = () => Promise.reject(new RktError('RKT_ERR_STATS', ''));
    const refusing = createStats({ ...bench.deps, onDegraded: () => expect.fail('closed') });
    const { ends, observer } = recorder<TaskResourceUsage>();
    const subscription = taskStats(refusing, 'one').subscribe(observer);
    await bench.clock.advance(3_000);
    expect(ends).to.deep.equal([]);
    expect(bench.sampled).to.have.lengthOf(4);
    subscription.unsubscribe();
  });
});
