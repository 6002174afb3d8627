import { expect } from 'chai';
import fc from 'fast-check';

import { createHistoryRing, type HistoryRing } from '../../../src/server/history/history-ring.ts';

const rowsOf = (ring: HistoryRing): readonly (readonly number[])[] => {
  const rows: number[][] = [];
  ring.forEach((timeMs, value) => rows.push([timeMs, value(0), value(1)]));
  return rows;
};

describe('createHistoryRing', () => {
  it('holds rows in the order of their times', () => {
    const ring = createHistoryRing(2, 4);
    ring.append(1, [10, 0.5]);
    ring.append(2, [20, 0.25]);
    expect(rowsOf(ring)).to.deep.equal([
      [1, 10, 0.5],
      [2, 20, 0.25],
    ]);
  });

  it('keeps what was not measured apart from 0', () => {
    const ring = createHistoryRing(2, 4);
    ring.append(1, [0, NaN]);
    ring.append(2, [0]);
    expect(rowsOf(ring)).to.deep.equal([
      [1, 0, NaN],
      [2, 0, NaN],
    ]);
  });

  it('leaves out a row that is not later than the last', () => {
    const ring = createHistoryRing(2, 4);
    [3, 3, 2, 4].forEach((timeMs) => ring.append(timeMs, [timeMs, 0]));
    expect(rowsOf(ring).map(([timeMs]) => timeMs)).to.deep.equal([3, 4]);
  });

  it('begins small and never grows beyond its capacity', () => {
    const ring = createHistoryRing(2, 100);
    const empty = ring.bytes;
    for (let timeMs = 1; timeMs <= 1_000; timeMs += 1) ring.append(timeMs, [timeMs, 0]);
    expect(empty).to.equal(32 * 8);
    expect(ring.bytes).to.equal(100 * 16);
    expect(ring).to.have.length(100);
  });

  it('spends nothing on a value that is never measured, and knows later that it was not before', () => {
    const ring = createHistoryRing(2, 100);
    for (let timeMs = 1; timeMs <= 50; timeMs += 1) ring.append(timeMs, [timeMs, NaN]);
    expect(ring.bytes).to.equal(64 * (8 + 4));
    ring.append(51, [51, 1]);
    expect(ring.bytes).to.equal(64 * (8 + 4 + 4));
    expect(rowsOf(ring).slice(-2)).to.deep.equal([
      [50, 50, NaN],
      [51, 51, 1],
    ]);
  });

  it('holds the latest rows, whatever its capacity and however many there were', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 90 }), fc.integer({ min: 0, max: 300 }), (capacity, count) => {
        const ring = createHistoryRing(2, capacity);
        const times = Array.from({ length: count }, (_, n) => n + 1);
        times.forEach((timeMs) => ring.append(timeMs, [timeMs * 2, timeMs * 3]));
        expect(rowsOf(ring)).to.deep.equal(times.slice(-capacity).map((time) => [time, time * 2, time * 3]));
      }),
    );
  });
});
