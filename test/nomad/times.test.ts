import { expect } from 'chai';

import { durationMs, wireTime } from '../../src/nomad/times.ts';

describe('times on the wire', () => {
  it('are whole seconds and the nanoseconds from there', () => {
    expect(wireTime(1_234_567)).to.deep.equal({ seconds: 1_234, nanos: 567_000_000 });
    expect(wireTime(-1)).to.deep.equal({ seconds: -1, nanos: 999_000_000 });
  });

  it('give durations that a timer can wait', () => {
    expect(durationMs({ seconds: 1, nanos: 500_000_000 })).to.equal(1_500);
    expect(durationMs({ seconds: 0, nanos: 0 })).to.equal(0);
    expect(durationMs({ seconds: -5, nanos: 0 })).to.equal(0);
    expect(durationMs({ seconds: 9e15, nanos: 0 })).to.equal(2_147_483_647);
  });

  it('give no duration where none came', () => expect(durationMs(null)).to.equal(undefined));
});
