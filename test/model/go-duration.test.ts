import { expect } from 'chai';

import { parseDurationMs } from '../../src/model/go-duration.ts';

describe('parseDurationMs', () => {
  it('reads what Go prints', () => {
    expect(parseDurationMs('24h0m0s')).to.equal(86_400_000);
    expect(parseDurationMs('1.5s')).to.equal(1500);
    expect(parseDurationMs('-2m')).to.equal(-120_000);
    expect(parseDurationMs('0')).to.equal(0);
    expect(parseDurationMs('100µs')).to.equal(0.1);
  });

  it('refuses numbers without a unit and everything else', () => {
    for (const text of ['', '5', 's', '1 s', '1h5', 'true', '--1s'])
      expect(parseDurationMs(text), text).to.equal(undefined);
  });
});
