import { expect } from 'chai';
import type { SchedulerLike } from 'rxjs';

import { createTicker, type Ticking, type Ticker } from '../../../src/streams/stats/ticker.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { marbles } from '../../support/marbles.ts';

interface Seen {
  readonly ticker: Ticker<Ticking>;
  readonly ticks: (readonly [atMs: number, intervals: readonly number[]])[];
  late: number;
}

function watch(scheduler: SchedulerLike): Seen {
  const seen: Seen = {
    ticks: [],
    late: 0,
    ticker: createTicker(scheduler, {
      onTick: (due, nowMs) => seen.ticks.push([nowMs, due.map(({ intervalMs }) => intervalMs)]),
      onLate: (_, ticks) => {
        seen.late += ticks;
      },
    }),
  };
  return seen;
}

const every = (intervalMs: number): Ticking => ({ intervalMs, nextMs: 0 });

describe('createTicker', () => {
  it('sets no timer without an interval', () => {
    const clock = new ManualClock();
    watch(clock);
    expect(clock.timers).to.equal(0);
  });

  it('lets ticks of different intervals fall together, shortest first', () => {
    marbles(({ flush }, scheduler) => {
      const { ticker, ticks } = watch(scheduler);
      const all = [every(30), every(10)];
      for (const each of all) ticker.add(each);
      scheduler.schedule(() => all.forEach((each) => ticker.remove(each)), 65);
      flush();
      expect(ticks).to.deep.equal([
        [10, [10]],
        [20, [10]],
        [30, [10, 30]],
        [40, [10]],
        [50, [10]],
        [60, [10, 30]],
      ]);
    });
  });

  it('puts an interval that is added later on the grid of the first', async () => {
    const clock = new ManualClock();
    const { ticker, ticks } = watch(clock);
    ticker.add(every(20));
    await clock.advance(7);
    ticker.add(every(10));
    expect(ticker.shortestMs).to.equal(10);
    await clock.advance(33);
    expect(ticks).to.deep.equal([
      [10, [10]],
      [20, [10, 20]],
      [30, [10]],
      [40, [10, 20]],
    ]);
  });

  it('has one timer however many all there are, and none after the last', async () => {
    const clock = new ManualClock();
    const { ticker } = watch(clock);
    const all = [10, 20, 30, 40].map(every);
    for (const each of all) ticker.add(each);
    await clock.advance(25);
    expect(clock.timers).to.equal(1);
    for (const each of all) ticker.remove(each);
    expect(clock.timers).to.equal(0);
    expect(ticker.shortestMs).to.equal(Infinity);
  });

  /** A clock that the test puts forward or back under the timers. */
  const movable = (): { clock: ManualClock; moveMs: (ms: number) => void } => {
    const clock = new ManualClock();
    let offMs = 0;
    clock.now = () => clock.frame + offMs;
    return { clock, moveMs: (ms) => (offMs += ms) };
  };

  it('makes one tick of those that come late, and counts the others', async () => {
    const { clock, moveMs } = movable();
    const seen = watch(clock);
    seen.ticker.add(every(10));
    moveMs(37);
    await clock.advance(10);
    expect(seen.ticks).to.deep.equal([[47, [10]]]);
    expect(seen.late).to.equal(3);
    await clock.advance(13);
    expect(seen.ticks.slice(1)).to.deep.equal([
      [50, [10]],
      [60, [10]],
    ]);
  });

  it('goes on when the clock is put back', async () => {
    const { clock, moveMs } = movable();
    moveMs(1_000_000);
    const seen = watch(clock);
    seen.ticker.add(every(10));
    await clock.advance(10);
    moveMs(-1_000_000);
    await clock.advance(40);
    expect(seen.ticks[0]?.[0]).to.equal(1_000_010);
    expect(seen.ticks.length).to.be.at.least(3);
  });
});
