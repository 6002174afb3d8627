import { expect } from 'chai';

import { createSlicer } from '../../../src/streams/stats/slices.ts';
import { ManualClock } from '../../support/manual-clock.ts';

describe('createSlicer', () => {
  let clock: ManualClock;
  let workMs: number;
  let slices: number[];
  let done: (readonly [atMs: number, workMs: number])[];
  let seen: (readonly [atMs: number, item: number])[];
  /** Each item is a ms of work, and the clock is looked at after every fourth. */
  const slicer = (): ReturnType<typeof createSlicer> =>
    createSlicer({
      scheduler: clock,
      sliceMs: 4,
      workClock: () => workMs,
      onSlice: (ms) => slices.push(ms),
    });
  const run = (count: number, windowMs: number, made = slicer()): void => {
    const items = Array.from({ length: count }, (_, item) => item);
    const work = (item: number): void => {
      workMs += 1;
      seen.push([clock.now(), item]);
    };
    made.run(items, windowMs, work, (ms) => done.push([clock.now(), ms]));
  };
  beforeEach(() => {
    clock = new ManualClock();
    workMs = 0;
    [slices, done, seen] = [[], [], []];
  });

  it('is done at once with nothing', () => {
    run(0, 100);
    expect(done).to.deep.equal([[0, 0]]);
    expect(clock.timers).to.equal(0);
  });

  it('does what fits in a slice before it returns', () => {
    run(4, 100);
    expect(seen.map(([, item]) => item)).to.deep.equal([0, 1, 2, 3]);
    expect(done).to.deep.equal([[0, 4]]);
  });

  it('spreads slices evenly over the window', async () => {
    run(20, 100);
    await clock.advance(100);
    expect(slices).to.deep.equal([5, 4, 4, 4, 3]);
    expect([...new Set(seen.map(([atMs]) => atMs))]).to.deep.equal([0, 25, 45, 65, 85]);
    expect(done).to.deep.equal([[85, 20]]);
  });

  it('lets others have their turn between slices even when it has no time', async () => {
    run(20, 0);
    expect(seen).to.have.lengthOf(5);
    await clock.advance(0);
    expect(seen.map(([, item]) => item)).to.deep.equal(Array.from({ length: 20 }, (_, item) => item));
  });

  it('catches up when the event loop was late', async () => {
    run(20, 100);
    clock.frame = 60;
    await clock.advance(0);
    expect(seen.filter(([atMs]) => atMs <= 60)).to.have.lengthOf(13);
    await clock.advance(40);
    expect(done).to.have.lengthOf(1);
  });

  it('leaves no timer and does no more work when it is stopped', async () => {
    const made = slicer();
    run(20, 100, made);
    made.stop();
    expect(clock.timers).to.equal(0);
    await clock.advance(1_000);
    expect([seen.length, done.length]).to.deep.equal([5, 0]);
  });

  it('stops in the middle of a slice', () => {
    const made = slicer();
    made.run(
      [1, 2, 3],
      0,
      () => made.stop(),
      () => done.push([0, 0]),
    );
    expect([clock.timers, done.length]).to.deep.equal([0, 0]);
  });
});
