import { expect } from 'chai';

import { createSeenIds } from '../../src/model/seen-ids.ts';

describe('createSeenIds', () => {
  it('knows an id that comes again', () => {
    const seen = createSeenIds();
    expect(['a', 'b', 'a'].map((id) => seen.isNew(id))).to.deep.equal([true, true, false]);
  });

  it('forgets the oldest beyond its limit', () => {
    const seen = createSeenIds(2);
    for (const id of ['a', 'b', 'c']) seen.isNew(id);
    expect(['c', 'b', 'a'].map((id) => seen.isNew(id))).to.deep.equal([false, false, true]);
  });
});
