import { expect } from 'chai';

import { waitUntil } from '../../src/ops/wait-until.ts';
import { ManualClock } from '../support/manual-clock.ts';

describe('waitUntil', () => {
  let clock: ManualClock;

  beforeEach(() => {
    clock = new ManualClock();
  });

  const wait = <T>(probe: () => Promise<T | undefined>): Promise<T | undefined> =>
    waitUntil(probe, { everyMs: 10, deadlineMs: 100, scheduler: clock });

  it('probes at once and then at its interval, until there is a value', async () => {
    const atMs: number[] = [];
    const found = wait(() => {
      atMs.push(clock.now());
      return Promise.resolve(atMs.length === 3 ? 'here' : undefined);
    });
    await clock.advance(200);
    expect(await found).to.equal('here');
    expect(atMs.map((ms) => ms - (atMs[0] ?? 0))).to.deep.equal([0, 10, 20]);
  });

  it('takes false, zero and the empty text for values', async () => {
    for (const value of [false, 0, '']) {
      const found = wait(() => Promise.resolve(value));
      await clock.advance(1);
      expect(await found).to.equal(value);
    }
  });

  it('gives up at the deadline', async () => {
    let probes = 0;
    const found = wait<string>(() => {
      probes += 1;
      return Promise.resolve(undefined);
    });
    await clock.advance(200);
    expect(await found).to.equal(undefined);
    expect(probes).to.be.within(9, 11);
  });

  it('gives up at the deadline while a probe hangs, which it asked once', async () => {
    let probes = 0;
    const found = wait(() => {
      probes += 1;
      return new Promise<string>(() => undefined);
    });
    await clock.advance(200);
    expect(await found).to.equal(undefined);
    expect(probes).to.equal(1);
  });

  it('rejects with the error of a probe', async () => {
    const error = new Error('EIO');
    const failed = wait(() => Promise.reject(error)).catch((cause: unknown) => cause);
    await clock.advance(1);
    expect(await failed).to.equal(error);
  });

  it('probes as often as it takes', async () => {
    let probes = 0;
    const found = waitUntil(() => Promise.resolve((probes += 1) === 5_000 ? 'here' : undefined), {
      everyMs: 5,
      deadlineMs: 1e8,
      scheduler: clock,
    });
    await clock.advance(25_000);
    expect([await found, clock.timers]).to.deep.equal(['here', 0]);
  });
});
