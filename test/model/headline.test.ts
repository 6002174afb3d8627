import { expect } from 'chai';

import {
  coresOf,
  memoryLimitOf,
  memoryOf,
  memoryShareOf,
  reservedCoresOf,
  shareOf,
} from '../../src/model/headline.ts';

describe('the headline metrics', () => {
  it('are cores instead of percent', () => {
    expect(coresOf({ cpu: { percent: 150 } })).to.equal(1.5);
    expect(coresOf({ cpu: { percent: 0 } })).to.equal(0);
    expect(coresOf({ cpu: {} })).to.equal(undefined);
    expect(coresOf(undefined)).to.equal(undefined);
  });

  it('take the working set as memory, then the usage, then the RSS', () => {
    const all = { workingSetBytes: 1, usageBytes: 2, rssBytes: 3 };
    expect(memoryOf({ memory: all })).to.equal(1);
    expect(memoryOf({ memory: { usageBytes: 2, rssBytes: 3 } })).to.equal(2);
    expect(memoryOf({ memory: { rssBytes: 3 } })).to.equal(3);
    expect(memoryOf({ memory: {} })).to.equal(undefined);
    expect(memoryOf(undefined)).to.equal(undefined);
  });

  it('take the measured limit before the one of the start, and none that no machine has', () => {
    expect(memoryLimitOf({ memory: { limitBytes: 5 } }, { memoryLimitBytes: 7 })).to.equal(5);
    expect(memoryLimitOf({ memory: {} }, { memoryLimitBytes: 7 })).to.equal(7);
    expect(memoryLimitOf(undefined, { memoryLimitBytes: 7 })).to.equal(7);
    expect(memoryLimitOf({ memory: { limitBytes: 2 ** 62 } })).to.equal(undefined);
    expect(memoryLimitOf(undefined, { memoryLimitBytes: undefined })).to.equal(undefined);
  });

  it('count the cores that a task is pinned to', () => {
    expect(reservedCoresOf({ cpusetCpus: '0-1,3' })).to.equal(3);
    expect(reservedCoresOf({ cpusetCpus: undefined })).to.equal(undefined);
    expect(reservedCoresOf(undefined)).to.equal(undefined);
  });

  it('are a share only where there is a whole', () => {
    expect(memoryShareOf({ memory: { usageBytes: 1, limitBytes: 4 } })).to.equal(0.25);
    expect(memoryShareOf({ memory: { usageBytes: 1 } })).to.equal(undefined);
    expect(shareOf(1, 0)).to.equal(undefined);
    expect(shareOf(undefined, 4)).to.equal(undefined);
  });
});
