import { expect } from 'chai';
import fc from 'fast-check';

import { normalizeIntervalMs } from '../../../src/streams/stats/interval.ts';

describe('normalizeIntervalMs', () => {
  const cases: readonly (readonly [unknown, number])[] = [
    [undefined, 1_000],
    [100, 100],
    [5_000, 5_000],
    [0, 100],
    [-1, 100],
    [99, 100],
    [NaN, 100],
    ['1000', 100],
    [null, 100],
    [Infinity, 2 ** 31 - 1],
    [1e12, 2 ** 31 - 1],
    [150.6, 151],
  ];
  for (const [wanted, used] of cases) {
    it(`makes ${used} of ${String(wanted)}`, () => {
      expect(normalizeIntervalMs(wanted, () => undefined)).to.equal(used);
    });
  }

  it('reports when the interval is not the one asked for, and only then', () => {
    fc.assert(
      fc.property(fc.anything(), (wanted) => {
        let clamped: number | undefined;
        const used = normalizeIntervalMs(wanted, (value) => {
          clamped = value;
        });
        expect(used).to.be.within(100, 2 ** 31 - 1);
        expect(clamped).to.equal(wanted === undefined || wanted === used ? undefined : used);
      }),
    );
  });
});
