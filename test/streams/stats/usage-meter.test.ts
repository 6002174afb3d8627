import { expect } from 'chai';
import fc from 'fast-check';

import { GROUP, groupMask } from '../../../src/model/field-groups.ts';
import type { TaskResourceUsage } from '../../../src/model/task-stats.ts';
import type { CpuFacts } from '../../../src/sources/cpu-facts.ts';
import type { Reading } from '../../../src/streams/stats/task-reading.ts';
import { measure, type Meter } from '../../../src/streams/stats/usage-meter.ts';
import { readingOf } from '../../support/stats-deps.ts';
import { COLUMNS, type ColumnName } from '../../support/columns.ts';

const FACTS = { cores: 2, mhzPerCore: 2_000 };
const MS = 1_000_000;
type Reported = Partial<Record<ColumnName, number>>;
const cgroup = (reported: Reported): Reading => readingOf({ usageBytes: 5, ...reported });
const tree = (...processes: readonly (readonly [number, number])[]): Reading =>
  readingOf(
    { totalNs: processes.reduce((sum, [, cpuMs]) => sum + cpuMs * MS, 0), rssBytes: 7 },
    {
      source: 'pidusage',
      processes: new Map(processes.map(([pid, cpuMs]) => [pid, { cpuNs: cpuMs * MS, rssBytes: pid }])),
    },
  );
const DEFAULT = GROUP.cpu | GROUP.throttling | GROUP.memory;

/** Measures one reading after the other. */
function createMeter(
  cpu: CpuFacts,
  groups = DEFAULT,
): (reading: Reading, timestampMs: number) => TaskResourceUsage | undefined {
  const meter: Meter = { groups, baseline: undefined, version: 0 };
  return (reading, timestampMs) => measure(meter, reading, { timestampMs, cpu });
}

describe('measure', () => {
  it('begins with rates of 0', () => {
    const usage = createMeter(FACTS)(cgroup({ totalNs: 5, userNs: 3 }), 1_000);
    expect(usage).to.deep.equal({
      timestampMs: 1_000,
      source: 'cgroup-v2',
      memory: { usageBytes: 5 },
      cpu: { totalNs: 5, userNs: 3, percent: 0, userPercent: 0, totalTicksMhz: 0 },
      fresh: ['cpu', 'memory'],
    });
  });

  it('gives percent of one core over the time since the last metrics, and ticks in MHz', () => {
    const meter = createMeter(FACTS);
    meter(cgroup({ totalNs: 0, userNs: 0, systemNs: 0 }), 0);
    const usage = meter(cgroup({ totalNs: 750 * MS, userNs: 500 * MS, systemNs: 250 * MS }), 500);
    expect(usage?.cpu).to.include({
      percent: 150,
      userPercent: 100,
      systemPercent: 50,
      totalTicksMhz: 3_000,
    });
  });

  it('leaves out ticks where the clock is not known, and nothing else', () => {
    const usage = createMeter({ cores: 1 })(cgroup({ totalNs: 5 }), 0);
    expect(usage?.cpu).to.deep.equal({ totalNs: 5, percent: 0 });
  });

  it('leaves out what was not measured, instead of 0', () => {
    const meter = createMeter(FACTS);
    expect(meter(cgroup({}), 0)?.cpu).to.deep.equal({});
    expect(meter(cgroup({ totalNs: 5 }), 1_000)?.cpu).to.deep.equal({ totalNs: 5 });
  });

  it('never gives more than all cores', () => {
    const meter = createMeter(FACTS);
    meter(cgroup({ totalNs: 0 }), 0);
    expect(meter(cgroup({ totalNs: 900 * MS }), 100)?.cpu.percent).to.equal(200);
  });

  it('gives no rate over less than 10 ms, and the next over the whole time', () => {
    const meter = createMeter(FACTS);
    meter(cgroup({ totalNs: 0 }), 0);
    expect(meter(cgroup({ totalNs: 9 * MS }), 9)?.cpu.percent).to.equal(undefined);
    expect(meter(cgroup({ totalNs: 50 * MS }), 100)?.cpu.percent).to.equal(50);
  });

  it('gives no rate when the clock was put back, and goes on from there', () => {
    const meter = createMeter(FACTS);
    meter(cgroup({ totalNs: 0 }), 5_000);
    expect(meter(cgroup({ totalNs: 10 * MS }), 1_000)?.cpu.percent).to.equal(undefined);
    expect(meter(cgroup({ totalNs: 60 * MS }), 1_100)?.cpu.percent).to.equal(50);
  });

  for (const counter of ['totalNs', 'userNs', 'systemNs', 'throttledPeriods', 'throttledNs'] as const) {
    it(`drops metrics whose ${counter} went back, and goes on from there`, () => {
      const meter = createMeter(FACTS);
      meter(cgroup({ [counter]: 100 }), 0);
      expect(meter(cgroup({ [counter]: 99 }), 1_000)).to.equal(undefined);
      expect(meter(cgroup({ [counter]: 99 }), 2_000)).to.not.equal(undefined);
    });
  }

  it('takes a change of source for a new beginning without rates', () => {
    const meter = createMeter(FACTS);
    meter(cgroup({ totalNs: 900 * MS }), 0);
    expect(meter(tree([1, 40]), 1_000)?.cpu).to.deep.equal({ totalNs: 40 * MS });
    expect(meter(tree([1, 90]), 1_100)?.cpu.percent).to.equal(50);
  });

  it('gives each process only when asked, without a rate the first time', () => {
    expect(createMeter(FACTS)(tree([1, 40]), 0)).to.not.have.property('pids');
    const meter = createMeter(FACTS, groupMask(['cpu', 'processes']));
    meter(tree([1, 40]), 0);
    expect(meter(tree([1, 50], [2, 5]), 100)?.pids).to.deep.equal({
      1: { memory: { rssBytes: 1 }, cpu: { totalNs: 50 * MS, percent: 10, totalTicksMhz: 200 } },
      2: { memory: { rssBytes: 2 }, cpu: { totalNs: 5 * MS } },
    });
  });

  it('shows the memory of a process tree to who asks for any memory', () => {
    expect(createMeter(FACTS, GROUP.memory)(tree([1, 40]), 0)?.memory).to.deep.equal({ rssBytes: 7 });
    expect(createMeter(FACTS, GROUP.cpu)(tree([1, 40]), 0)?.memory).to.deep.equal({});
  });

  it('gives the groups that were asked for and no other, whatever was read', () => {
    const reported = {
      totalNs: 1,
      rssBytes: 2,
      usageBytes: 3,
      kernelUsageBytes: 4,
      oomKills: 5,
      readBytes: 6,
    };
    const seen = (groups: number): readonly string[] => {
      const { cpu, memory, io } = createMeter({ cores: 1 }, groups)(cgroup(reported), 0) ?? {};
      return [...Object.keys(cpu ?? {}), ...Object.keys(memory ?? {}), ...Object.keys(io ?? {})];
    };
    expect(seen(0)).to.deep.equal([]);
    expect(seen(GROUP.cpu)).to.deep.equal(['totalNs', 'percent']);
    expect(seen(GROUP.memory)).to.deep.equal(['usageBytes']);
    expect(seen(GROUP.memoryDetail)).to.deep.equal(['rssBytes']);
    expect(seen(GROUP.kernelMemory)).to.deep.equal(['kernelUsageBytes']);
    expect(seen(GROUP.limits)).to.deep.equal(['oomKills']);
    expect(seen(GROUP.io)).to.deep.equal(['readBytes']);
  });

  it('gives counters of io and network with rates beside them, from the second sample on', () => {
    const meter = createMeter(FACTS, GROUP.io | GROUP.network);
    const first = meter(cgroup({ readBytes: 100, writeBytes: 0, receivedBytes: 7, sentBytes: 9 }), 0);
    expect(first?.io).to.deep.equal({ readBytes: 100, writeBytes: 0 });
    expect(first?.network).to.deep.equal({ receivedBytes: 7, sentBytes: 9 });
    const second = meter(cgroup({ readBytes: 600, writeBytes: 0, receivedBytes: 7, sentBytes: 10 }), 500);
    expect(second?.io).to.include({ readBytesPerSecond: 1_000, writeBytesPerSecond: 0 });
    expect(second?.network).to.include({ receivedBytesPerSecond: 0, sentBytesPerSecond: 2 });
  });

  it('gives processes and threads, and pressure, as the kernel reports them', () => {
    const pressure = COLUMNS.cpuPressure;
    const reading = cgroup({ pidsCurrent: 3, pidsLimit: 10 });
    [1, 2, 3, 4_000].forEach((value, index) => (reading.row.page[pressure + index] = value));
    const usage = createMeter(FACTS, GROUP.pids | GROUP.pressure)(reading, 0);
    expect(usage?.pidCount).to.deep.equal({ current: 3, limit: 10 });
    expect(usage?.pressure).to.deep.equal({
      cpu: { some: { avg10: 1, avg60: 2, avg300: 3, totalNs: 4_000 } },
    });
  });

  it('leaves out a group that reports nothing', () => {
    const usage = createMeter(FACTS, GROUP.io | GROUP.pids | GROUP.pressure | GROUP.network)(cgroup({}), 0);
    expect(usage).to.not.have.any.keys('io', 'pidCount', 'pressure', 'network');
  });

  for (const counter of ['readBytes', 'writeBytes', 'receivedBytes', 'sentBytes'] as const) {
    it(`drops metrics whose ${counter} went back`, () => {
      const meter = createMeter(FACTS, GROUP.io | GROUP.network);
      meter(cgroup({ [counter]: 100 }), 0);
      expect(meter(cgroup({ [counter]: 99 }), 1_000)).to.equal(undefined);
      expect(meter(cgroup({ [counter]: 99 }), 2_000)).to.not.equal(undefined);
    });
  }

  it('keeps every rate between 0 and all cores, whatever comes', () => {
    const sample = fc.tuple(fc.maxSafeNat(), fc.integer({ min: 0, max: 10_000 }));
    fc.assert(
      fc.property(fc.array(sample), (samples) => {
        const meter = createMeter(FACTS);
        for (const [totalNs, atMs] of samples) {
          const percent = meter(cgroup({ totalNs }), atMs)?.cpu.percent ?? 0;
          expect(percent).to.be.within(0, 200);
        }
      }),
    );
  });

  it('reports the same of a task that stands still, with rates of 0', () => {
    const meter = createMeter(FACTS);
    const still = cgroup({ totalNs: 500 * MS, userNs: 300 * MS });
    meter(cgroup({ totalNs: 0, userNs: 0 }), 0);
    expect(meter(still, 1_000)?.cpu).to.include({ percent: 50, userPercent: 30 });
    for (const timestampMs of [2_000, 3_000]) {
      const usage = meter(still, timestampMs);
      expect(usage?.cpu).to.deep.equal({
        totalNs: 500 * MS,
        userNs: 300 * MS,
        percent: 0,
        userPercent: 0,
        totalTicksMhz: 0,
      });
      expect(usage).to.deep.include({ timestampMs, memory: { usageBytes: 5 } });
    }
  });

  it('freezes what it gives', () => {
    const usage = createMeter(FACTS, groupMask(['cpu', 'processes']))(tree([1, 40]), 0);
    expect([usage, usage?.cpu, usage?.memory, usage?.pids].every(Object.isFrozen)).to.equal(true);
  });
});
