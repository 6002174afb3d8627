import { expect } from 'chai';

import type { ReplayPosition } from '../../../src/drivers/recorded/index.ts';
import {
  createReplayTime,
  nextMarker,
  replayText,
  shareOf,
} from '../../../src/server/web/logic/replay-time.ts';

const PLAYING: ReplayPosition = {
  ...{ timeMs: 10_000, fromMs: 5_000, toMs: 65_000 },
  ...{ speed: 10, seeks: 0, state: 'playing' },
};

describe('the time of a recording in the page', () => {
  it('goes on between two positions, and not beyond the end', () => {
    const time = createReplayTime();
    expect(time.timeMs(1)).to.equal(undefined);
    expect(time.set(PLAYING, 1_000)).to.equal(false);
    expect(time.timeMs(3_000)).to.equal(30_000);
    expect(time.timeMs(900_000)).to.equal(65_000);
    expect(time.timeMs(0)).to.equal(10_000);
  });

  it('stands still while the recording is held, and at its end', () => {
    const time = createReplayTime();
    for (const state of ['paused', 'ended'] as const) {
      time.set({ ...PLAYING, state }, 0);
      expect(time.timeMs(60_000)).to.equal(10_000);
    }
  });

  it('reports a jump once', () => {
    const time = createReplayTime();
    time.set({ ...PLAYING, seeks: 3 }, 0);
    expect(time.set({ ...PLAYING, seeks: 3, state: 'paused' }, 0)).to.equal(false);
    expect(time.set({ ...PLAYING, seeks: 4 }, 0)).to.equal(true);
    expect(time.set({ ...PLAYING, seeks: 4 }, 0)).to.equal(false);
  });

  it('has words, a place on the slider, and markers on both sides', () => {
    expect(replayText(PLAYING)).to.equal('Recorded, playing at 10 ×');
    expect(replayText({ ...PLAYING, speed: 1 })).to.equal('Recorded, playing');
    expect(replayText({ ...PLAYING, state: 'paused' })).to.equal('Recorded, paused');
    expect(replayText({ ...PLAYING, state: 'ended' })).to.equal('Recorded, at the end');
    expect([0, 35_000, 99_000].map((timeMs) => shareOf(timeMs, PLAYING))).to.deep.equal([0, 0.5, 1]);
    const markers = [{ timeMs: 10_000 }, { timeMs: 20_000 }, { timeMs: 40_000 }];
    expect(nextMarker(markers, 20_000, 1)).to.equal(markers[2]);
    expect(nextMarker(markers, 20_000, -1)).to.equal(markers[0]);
    expect(nextMarker(markers, 40_000, 1)).to.equal(undefined);
  });
});
