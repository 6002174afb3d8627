import { expect } from 'chai';

import { memo } from '../../src/model/memo.ts';

describe('memo', () => {
  it('makes a result once, also for callers at the same time', async () => {
    let calls = 0;
    const get = memo(() => Promise.resolve((calls += 1)));
    expect(await Promise.all([get(), get()])).to.deep.equal([1, 1]);
    expect(await get()).to.equal(1);
  });

  it('keeps no failure', async () => {
    let calls = 0;
    const get = memo(() => ((calls += 1) < 2 ? Promise.reject(new Error('no')) : Promise.resolve(calls)));
    const both = await Promise.allSettled([get(), get()]);
    expect(both.map(({ status }) => status)).to.deep.equal(['rejected', 'rejected']);
    expect(calls).to.equal(1);
    expect(await get()).to.equal(2);
  });
});
