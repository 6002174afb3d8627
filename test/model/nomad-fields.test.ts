import { expect } from 'chai';

import { measuredCpuFields, measuredMemoryFields } from '../../src/model/nomad-fields.ts';

describe('measuredMemoryFields', () => {
  it('names nothing when nothing was measured', () => {
    expect(measuredMemoryFields({})).to.deep.equal([]);
  });

  it('names a field that was measured to be 0', () => {
    expect(measuredMemoryFields({ swapBytes: 0, rssBytes: 5 })).to.deep.equal(['RSS', 'Swap']);
  });

  it("names every field in Nomad's order, and none that Nomad does not know", () => {
    const memory = {
      workingSetBytes: 1,
      limitBytes: 1,
      oomKills: 1,
      kernelMaxUsageBytes: 1,
      kernelUsageBytes: 1,
      maxUsageBytes: 1,
      usageBytes: 1,
      mappedFileBytes: 1,
      swapBytes: 1,
      cacheBytes: 1,
      rssBytes: 1,
    };
    expect(measuredMemoryFields(memory).join()).to.equal(
      'RSS,Cache,Swap,Mapped File,Usage,Max Usage,Kernel Usage,Kernel Max Usage',
    );
  });
});

describe('measuredCpuFields', () => {
  it('names nothing when nothing was measured', () => {
    expect(measuredCpuFields({ totalNs: 5 })).to.deep.equal([]);
  });

  it("names every field in Nomad's order", () => {
    const cpu = {
      percent: 0,
      throttledNs: 0,
      throttledPeriods: 0,
      totalTicksMhz: 0,
      userPercent: 0,
      systemPercent: 0,
    };
    expect(measuredCpuFields(cpu).join()).to.equal(
      'System Mode,User Mode,Total Ticks,Throttled Periods,Throttled Time,Percent',
    );
  });
});
