import { expect } from 'chai';
import fc from 'fast-check';

import { countCpus, missingCpus, parseCpuList } from '../../src/model/cpu-list.ts';

describe('a list of CPUs', () => {
  it('is numbers and ranges, in any order, each number once', () => {
    expect(parseCpuList('0')).to.deep.equal([0]);
    expect(parseCpuList('0-1,3')).to.deep.equal([0, 1, 3]);
    expect(parseCpuList('10,2-3,3,2')).to.deep.equal([2, 3, 10]);
  });

  for (const text of ['', ',', '0,', '1-0', 'a', '0-', '-1', '0 1', '0-1-2', '0x1', '9000', '1\n']) {
    it(`is not ${JSON.stringify(text)}`, () => {
      expect(parseCpuList(text)).to.equal(undefined);
    });
  }

  it('is counted, and compared with what there is', () => {
    expect([countCpus('0-1,3'), countCpus('0-1,1'), countCpus(undefined)]).to.deep.equal([3, 2, undefined]);
    expect(missingCpus('0-1,7', '0-3\n')).to.deep.equal([7]);
    expect(missingCpus('0-1', '0-3\n')).to.deep.equal([]);
    expect(missingCpus('0', '')).to.deep.equal([0]);
  });

  it('throws for no text', () => {
    fc.assert(fc.property(fc.string(), (text) => parseCpuList(text)?.length !== 0));
  });
});
