import { expect } from 'chai';
import { NEVER, Subject, throwError, type Observable } from 'rxjs';

import { waitForPush } from '../../src/ops/wait-for-push.ts';
import { ManualClock } from '../support/manual-clock.ts';

describe('waitForPush', () => {
  let clock: ManualClock;
  let pushes: Subject<unknown>;
  /** The times of the probes, from the first one on. */
  let probes: number[];
  /** The time from which on a probe finds something; by default none does. */
  let foundAtMs: number;

  beforeEach(() => {
    clock = new ManualClock();
    pushes = new Subject();
    probes = [];
    foundAtMs = Infinity;
  });

  function wait(from: Observable<unknown> = pushes): Promise<string | undefined> {
    const beganMs = clock.now();
    const probe = (): Promise<string | undefined> => {
      const ms = clock.now() - beganMs;
      probes.push(ms);
      return Promise.resolve(ms >= foundAtMs ? 'here' : undefined);
    };
    const intervals = { quietMs: 50, everyMs: 5, deadlineMs: 200 };
    return waitForPush(probe, { ...intervals, pushes: from, scheduler: clock });
  }

  it('probes at once, and at a push', async () => {
    foundAtMs = 7;
    const found = wait();
    await clock.advance(7);
    pushes.next('pid');
    await clock.advance(0);
    expect(await found).to.equal('here');
    expect(probes).to.deep.equal([0, 7]);
    expect([clock.timers, pushes.observed]).to.deep.equal([0, false]);
  });

  it('finds by itself what is never pushed', async () => {
    foundAtMs = 70;
    const found = wait(NEVER);
    await clock.advance(200);
    expect(await found).to.equal('here');
    expect(probes).to.deep.equal([0, 50, 100]);
  });

  it('finds soon after a push what that came too early for', async () => {
    foundAtMs = 12;
    const found = wait();
    await clock.advance(1);
    pushes.next('pid');
    await clock.advance(0);
    await clock.advance(200);
    expect(await found).to.equal('here');
    expect(probes).to.deep.equal([0, 1, 6, 11, 16]);
  });

  it('does not wait for a push that comes too late', async () => {
    foundAtMs = 10;
    const found = wait();
    await clock.advance(60);
    pushes.next('started');
    await clock.advance(200);
    expect(await found).to.equal('here');
    expect(probes).to.deep.equal([0, 50]);
  });

  it('probes once for several pushes at a time, and again for those that came during the probe', async () => {
    const found: Promise<string | undefined> = (() => {
      const probe = async (): Promise<string | undefined> => {
        probes.push(clock.now());
        const isThird = probes.length === 3;
        await Promise.resolve();
        return isThird ? 'here' : undefined;
      };
      const options = { quietMs: 50, everyMs: 5, deadlineMs: 200, scheduler: clock };
      return waitForPush(probe, { ...options, pushes });
    })();
    await clock.advance(1);
    for (const name of ['pid', 'pid', 'started', 'started']) pushes.next(name);
    await clock.advance(0);
    expect(await found).to.equal('here');
    expect(probes).to.have.length(3);
  });

  it('probes often where there are no pushes to be had', async () => {
    foundAtMs = 12;
    const found = wait(throwError(() => new Error('ENOSPC: no inotify watch left')));
    await clock.advance(200);
    expect(await found).to.equal('here');
    expect(probes).to.deep.equal([0, 5, 10, 15]);
  });

  it('gives up at the deadline, pushes or not', async () => {
    const found = wait();
    pushes.next('pid');
    await clock.advance(200);
    expect([await found, clock.timers, pushes.observed]).to.deep.equal([undefined, 0, false]);
  });
});
