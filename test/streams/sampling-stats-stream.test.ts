import { expect } from 'chai';

import type { SamplingStats } from '../../src/model/sampling-stats.ts';
import { allTaskStats } from '../../src/streams/all-task-stats-stream.ts';
import { samplingStats } from '../../src/streams/sampling-stats-stream.ts';
import { createStats } from '../../src/streams/stats/create-stats.ts';
import { recorder, statsBench } from '../support/stats-deps.ts';

describe('samplingStats', () => {
  it('reports at once, and every interval, what the sampling has done', async () => {
    const bench = statsBench();
    bench.run('one');
    bench.run('two');
    const { seen, ends, observer } = recorder<SamplingStats>();
    const subscriptions = [
      allTaskStats(bench.stats, { intervalMs: 500 }).subscribe(),
      samplingStats(bench.stats, { intervalMs: 1_100 }).subscribe(observer),
    ];
    await bench.clock.advance(2_200);
    expect(seen.map(({ timestampMs }) => timestampMs)).to.deep.equal([0, 1_100, 2_200]);
    expect(seen.at(-1)).to.include({ tasks: 2, ticks: 4, samples: 10, failedSamples: 0, skippedTicks: 0 });
    expect(seen.at(-1)?.lastTick).to.deep.equal({ intervalMs: 500, tasks: 2, durationMs: 0, workMs: 0 });
    expect(seen.every(Object.isFrozen)).to.equal(true);
    expect(ends).to.deep.equal([]);
    for (const subscription of subscriptions) subscription.unsubscribe();
  });

  it('reports what rkt has cost, once there was one', async () => {
    const bench = statsBench();
    const reported: { rkt?: NonNullable<SamplingStats['rkt']> } = {};
    const { seen, observer } = recorder<SamplingStats>();
    const subscription = samplingStats(createStats({ ...bench.deps, rkt: () => reported.rkt })).subscribe(
      observer,
    );
    await bench.clock.advance(0);
    reported.rkt = { calls: 3, failures: 1, totalMs: 120, queueLength: 2 };
    await bench.clock.advance(1_000);
    expect(seen[0]).to.not.have.property('rkt');
    expect(seen[1]?.rkt).to.equal(reported.rkt);
    subscription.unsubscribe();
  });

  it('measures the delay of the event loop', async () => {
    const bench = statsBench();
    bench.run('one');
    const { seen, observer } = recorder<SamplingStats>();
    const subscription = allTaskStats(bench.stats).subscribe();
    subscription.add(samplingStats(bench.stats).subscribe(observer));
    await bench.clock.advance(0);
    const deadlineMs = performance.now() + 10_000;
    while ((seen.at(-1)?.eventLoopDelay?.maxMs ?? 0) < 100 && performance.now() < deadlineMs) {
      const busyUntilMs = performance.now() + 150;
      await new Promise((resolve) => setTimeout(resolve, 20));
      while (performance.now() < busyUntilMs);
      await new Promise((resolve) => setTimeout(resolve, 20));
      await bench.clock.advance(1_000);
    }
    const delay = seen.at(-1)?.eventLoopDelay;
    expect(delay?.maxMs).to.be.at.least(100);
    expect(delay?.p50Ms).to.be.at.most(delay?.p99Ms ?? 0);
    subscription.unsubscribe();
  });

  it('measures it also while no task is sampled', async () => {
    const bench = statsBench();
    const { seen, observer } = recorder<SamplingStats>();
    const subscription = samplingStats(bench.stats).subscribe(observer);
    await bench.clock.advance(0);
    const deadlineMs = performance.now() + 10_000;
    while (seen.at(-1)?.eventLoopDelay === undefined && performance.now() < deadlineMs) {
      await new Promise((resolve) => setTimeout(resolve, 500));
      await bench.clock.advance(1_000);
    }
    expect(seen.at(-1)?.eventLoopDelay?.p50Ms).to.be.at.least(0);
    subscription.unsubscribe();
  });

  it('is shared, and stops a second after the last has left', async () => {
    const bench = statsBench();
    const one = recorder<SamplingStats>();
    const two = recorder<SamplingStats>();
    const subscriptions = [
      samplingStats(bench.stats, { intervalMs: 100 }).subscribe(one.observer),
      samplingStats(bench.stats, { intervalMs: 100 }).subscribe(two.observer),
    ];
    await bench.clock.advance(100);
    expect(one.seen).to.have.lengthOf(2);
    expect(one.seen.every((value, index) => value === two.seen[index])).to.equal(true);
    for (const subscription of subscriptions) subscription.unsubscribe();
    await bench.clock.advance(1_000);
    expect(bench.clock.timers).to.equal(0);
  });
});
