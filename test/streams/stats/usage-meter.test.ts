import { expect } from 'chai';
import fc from 'fast-check';

import type { CpuFigures } from '../../../src/sources/cgroup/figures.ts';
import type { RawFigures } from '../../../src/streams/stats/task-sampler.ts';
import { createUsageMeter } from '../../../src/streams/stats/usage-meter.ts';

const FACTS = { cores: 2, mhzPerCore: 2_000 };
const MS = 1_000_000;
const cgroup = (cpu: CpuFigures): RawFigures => ({ source: 'cgroup-v2', cpu, memory: { usageBytes: 5 } });
const tree = (...processes: readonly (readonly [number, number])[]): RawFigures => ({
  source: 'pidusage',
  cpu: {},
  memory: { rssBytes: 7 },
  processes: new Map(processes.map(([pid, cpuMs]) => [pid, { cpuNs: cpuMs * MS, rssBytes: pid }])),
});

describe('createUsageMeter', () => {
  it('begins with rates of 0', () => {
    const usage = createUsageMeter(FACTS).measure(cgroup({ totalNs: 5, userNs: 3 }), 1_000, false);
    expect(usage).to.deep.equal({
      timestampMs: 1_000,
      source: 'cgroup-v2',
      memory: { usageBytes: 5 },
      cpu: { totalNs: 5, userNs: 3, percent: 0, userPercent: 0, totalTicksMhz: 0 },
    });
  });

  it('gives percent of one core over the time since the last figures, and ticks in MHz', () => {
    const meter = createUsageMeter(FACTS);
    meter.measure(cgroup({ totalNs: 0, userNs: 0, systemNs: 0 }), 0, false);
    const usage = meter.measure(
      cgroup({ totalNs: 750 * MS, userNs: 500 * MS, systemNs: 250 * MS }),
      500,
      false,
    );
    expect(usage?.cpu).to.include({
      percent: 150,
      userPercent: 100,
      systemPercent: 50,
      totalTicksMhz: 3_000,
    });
  });

  it('leaves out ticks where the clock is not known, and nothing else', () => {
    const usage = createUsageMeter({ cores: 1 }).measure(cgroup({ totalNs: 5 }), 0, false);
    expect(usage?.cpu).to.deep.equal({ totalNs: 5, percent: 0 });
  });

  it('leaves out what was not measured, instead of 0', () => {
    const meter = createUsageMeter(FACTS);
    expect(meter.measure(cgroup({}), 0, false)?.cpu).to.deep.equal({});
    expect(meter.measure(cgroup({ totalNs: 5 }), 1_000, false)?.cpu).to.deep.equal({ totalNs: 5 });
  });

  it('never gives more than all cores', () => {
    const meter = createUsageMeter(FACTS);
    meter.measure(cgroup({ totalNs: 0 }), 0, false);
    expect(meter.measure(cgroup({ totalNs: 900 * MS }), 100, false)?.cpu.percent).to.equal(200);
  });

  it('gives no rate over less than 10 ms, and the next over the whole time', () => {
    const meter = createUsageMeter(FACTS);
    meter.measure(cgroup({ totalNs: 0 }), 0, false);
    expect(meter.measure(cgroup({ totalNs: 9 * MS }), 9, false)?.cpu.percent).to.equal(undefined);
    expect(meter.measure(cgroup({ totalNs: 50 * MS }), 100, false)?.cpu.percent).to.equal(50);
  });

  it('gives no rate when the clock was put back, and goes on from there', () => {
    const meter = createUsageMeter(FACTS);
    meter.measure(cgroup({ totalNs: 0 }), 5_000, false);
    expect(meter.measure(cgroup({ totalNs: 10 * MS }), 1_000, false)?.cpu.percent).to.equal(undefined);
    expect(meter.measure(cgroup({ totalNs: 60 * MS }), 1_100, false)?.cpu.percent).to.equal(50);
  });

  for (const counter of ['totalNs', 'userNs', 'systemNs', 'throttledPeriods', 'throttledNs'] as const) {
    it(`drops figures whose ${counter} went back, and goes on from there`, () => {
      const meter = createUsageMeter(FACTS);
      meter.measure(cgroup({ [counter]: 100 }), 0, false);
      expect(meter.measure(cgroup({ [counter]: 99 }), 1_000, false)).to.equal(undefined);
      expect(meter.measure(cgroup({ [counter]: 99 }), 2_000, false)).to.not.equal(undefined);
    });
  }

  it('takes a change of source for a new beginning without rates', () => {
    const meter = createUsageMeter(FACTS);
    meter.measure(cgroup({ totalNs: 900 * MS }), 0, false);
    expect(meter.measure(tree([1, 40]), 1_000, false)?.cpu).to.deep.equal({ totalNs: 40 * MS });
    expect(meter.measure(tree([1, 90]), 1_100, false)?.cpu.percent).to.equal(50);
  });

  it('adds up a process tree so that its total does not fall when a process ends', () => {
    const meter = createUsageMeter(FACTS);
    const totals = [tree([1, 40], [2, 60]), tree([1, 50]), tree([1, 50], [2, 20])].map(
      (raw, index) => meter.measure(raw, index * 1_000, false)?.cpu.totalNs,
    );
    expect(totals).to.deep.equal([100 * MS, 110 * MS, 130 * MS]);
  });

  it('gives each process only when asked, without a rate the first time', () => {
    const meter = createUsageMeter(FACTS);
    expect(meter.measure(tree([1, 40]), 0, false)).to.not.have.property('pids');
    const usage = meter.measure(tree([1, 50], [2, 5]), 100, true);
    expect(usage?.pids).to.deep.equal({
      1: { memory: { rssBytes: 1 }, cpu: { totalNs: 50 * MS, percent: 10, totalTicksMhz: 200 } },
      2: { memory: { rssBytes: 2 }, cpu: { totalNs: 5 * MS } },
    });
  });

  it('keeps every rate between 0 and all cores, whatever comes', () => {
    const sample = fc.tuple(fc.maxSafeNat(), fc.integer({ min: 0, max: 10_000 }));
    fc.assert(
      fc.property(fc.array(sample), (samples) => {
        const meter = createUsageMeter(FACTS);
        for (const [totalNs, atMs] of samples) {
          const percent = meter.measure(cgroup({ totalNs }), atMs, false)?.cpu.percent ?? 0;
          expect(percent).to.be.within(0, 200);
        }
      }),
    );
  });

  it('freezes what it gives', () => {
    const usage = createUsageMeter(FACTS).measure(tree([1, 40]), 0, true);
    expect([usage, usage?.cpu, usage?.memory, usage?.pids].every(Object.isFrozen)).to.equal(true);
  });
});
