import { expect } from 'chai';

import type { HostStats } from '../../src/model/host-stats.ts';
import type { HostMeasurements } from '../../src/sources/host-metrics.ts';
import { createSharedStreams } from '../../src/streams/stats/shared-streams.ts';
import { hostStats, type HostStatsDeps } from '../../src/streams/host-stats-stream.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { recorder, statsBench } from '../support/stats-deps.ts';

const VALUES: HostMeasurements = { cpu: { cores: 2 }, memory: {}, disks: [], uptimeMs: 1 };

describe('hostStats', () => {
  let clock: ManualClock;
  let reads: number;
  let warnings: readonly string[];
  let read: () => Promise<HostMeasurements>;
  let deps: HostStatsDeps;
  beforeEach(() => {
    const bench = statsBench();
    clock = bench.clock;
    reads = 0;
    warnings = bench.warnings;
    read = () => Promise.resolve(VALUES);
    const sample = (): Promise<HostMeasurements> => {
      reads += 1;
      return read();
    };
    const { logger } = bench.deps;
    const streams = createSharedStreams({ scheduler: clock, logger });
    deps = { host: { sample }, scheduler: clock, logger, streams };
  });

  it('reads at once and then every ten seconds', async () => {
    const { seen, observer } = recorder<HostStats>();
    const subscription = hostStats(deps).subscribe(observer);
    await clock.advance(20_000);
    expect(seen).to.deep.equal([0, 10_000, 20_000].map((timestampMs) => ({ timestampMs, ...VALUES })));
    subscription.unsubscribe();
  });

  it('reads once for all who ask for the same interval, and replays the last value', async () => {
    const late = recorder<HostStats>();
    const subscriptions = [hostStats(deps, { intervalMs: 500 }).subscribe()];
    await clock.advance(700);
    subscriptions.push(hostStats(deps, { intervalMs: 500 }).subscribe(late.observer));
    expect(late.seen).to.have.lengthOf(1);
    expect(reads).to.equal(2);
    for (const subscription of subscriptions) subscription.unsubscribe();
    await clock.advance(5_000);
    expect(clock.timers).to.equal(0);
  });

  it('leaves out readings that fail, with one warning', async () => {
    read = () => Promise.reject(new Error('no'));
    const { seen, ends, observer } = recorder<HostStats>();
    const subscription = hostStats(deps, { intervalMs: 100 }).subscribe(observer);
    await clock.advance(200);
    read = () => Promise.resolve(VALUES);
    await clock.advance(100);
    expect(seen).to.have.lengthOf(1);
    expect(ends).to.deep.equal([]);
    expect(warnings).to.have.lengthOf(1);
    subscription.unsubscribe();
  });

  it('does not read while a reading is in progress', async () => {
    read = () => new Promise(() => undefined);
    const subscription = hostStats(deps, { intervalMs: 100 }).subscribe();
    await clock.advance(1_000);
    expect(reads).to.equal(1);
    subscription.unsubscribe();
  });
});
