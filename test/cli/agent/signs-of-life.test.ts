import { expect } from 'chai';
import { NEVER, Observable, of } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';

import { signsOfLife, type Progress } from '../../../src/cli/agent/signs-of-life.ts';

/** The times in seconds at which there is a sign of life within a minute, every five seconds. */
function timesOf(progress: (timeMs: number) => Observable<Progress>): readonly number[] {
  const scheduler = new TestScheduler(() => undefined);
  const times: number[] = [];
  scheduler.maxFrames = 60_000;
  const subscription = signsOfLife(() => progress(scheduler.now()), 5_000, scheduler).subscribe(() => {
    times.push(scheduler.now() / 1_000);
  });
  scheduler.schedule(() => subscription.unsubscribe(), 60_000);
  scheduler.flush();
  return times;
}

const ALL = [5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 55];

describe('signsOfLife', () => {
  it('come regularly while the sampler makes progress', () => {
    expect(timesOf((timeMs) => of({ tasks: 2, ticks: timeMs / 1_000 }))).to.deep.equal(ALL);
  });

  it('come while there is no task to sample', () => {
    expect(timesOf(() => of({ tasks: 0, ticks: 7 }))).to.deep.equal(ALL);
  });

  it('end when the sampler hangs, and come again when it goes on', () => {
    const ticks = (timeMs: number): number => (timeMs < 10_000 ? 1 : timeMs < 45_000 ? 2 : 3);
    expect(timesOf((timeMs) => of({ tasks: 2, ticks: ticks(timeMs) }))).to.deep.equal([
      ...[5, 10, 15, 20, 25],
      ...[45, 50, 55],
    ]);
  });

  it('give the sampler time when the first task comes', () => {
    const times = timesOf((timeMs) => of({ tasks: timeMs < 30_000 ? 0 : 1, ticks: 0 }));
    expect(times).to.deep.equal([5, 10, 15, 20, 25, 30, 35, 40, 45]);
  });

  it('do not come when the sampler does not answer', () => {
    expect(timesOf(() => NEVER)).to.deep.equal([]);
  });
});
