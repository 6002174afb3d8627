import { expect } from 'chai';

import { cores, rates, shortBytes, shortDuration } from '../../../src/cli/top/short-numbers.ts';

describe('metrics of top', () => {
  it('reports bytes in at most five letters', () => {
    const cases: readonly (readonly [number | undefined, string])[] = [
      [undefined, '-'],
      [0, '0'],
      [999, '999'],
      [1_000, '1K'],
      [12.3 * 1_024, '12.3K'],
      [99.96 * 1_024, '100K'],
      [64 * 1_024 ** 2, '64M'],
      [1.25 * 1_024 ** 4, '1.3T'],
    ];
    for (const [bytes, text] of cases) expect(shortBytes(bytes), String(bytes)).to.equal(text);
  });

  it('reports durations in at most six letters', () => {
    const cases: readonly (readonly [number | undefined, string])[] = [
      [undefined, '-'],
      [-5, '0s'],
      [59_999, '59s'],
      [60_000, '1m00s'],
      [3 * 3_600_000 + 7 * 60_000, '3h07m'],
      [4 * 86_400_000 + 11 * 3_600_000, '4d11h'],
    ];
    for (const [ms, text] of cases) expect(shortDuration(ms), String(ms)).to.equal(text);
  });

  it('reports what was not measured as that', () => {
    expect(cores(undefined)).to.equal('-');
    expect(cores(1.5)).to.equal('1.50');
    expect(rates(undefined, undefined)).to.equal('-');
    expect(rates(2_048.4, undefined)).to.equal('2K/-');
  });
});
