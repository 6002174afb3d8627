import { expect } from 'chai';
import fc from 'fast-check';

import { timeTicks, valueTicks } from '../../../src/server/web/logic/axis-ticks.ts';
import {
  chartWindow,
  lastValues,
  chartData,
  createLiveRows,
} from '../../../src/server/web/logic/chart-data.ts';
import { chartMarkers } from '../../../src/server/web/logic/chart-markers.ts';
import { agoText } from '../../../src/server/web/logic/format.ts';
import { usage } from '../../support/page-rows.ts';
import { aTaskEvent } from '../../support/task-events.ts';

const MINUTE = 60_000;

describe('the ticks of an axis', () => {
  it('are full times, four at least', () => {
    const from = new Date(2026, 10, 27, 23, 51, 7).getTime();
    const clock = (ms: number): string => new Date(ms).toTimeString().slice(0, 8);
    expect(timeTicks(from, from + 5 * MINUTE).map(clock)).to.deep.equal([
      '23:52:00',
      '23:53:00',
      '23:54:00',
      '23:55:00',
      '23:56:00',
    ]);
    expect(timeTicks(from, from + 24 * 60 * MINUTE).map(clock)).to.deep.equal([
      '00:00:00',
      '06:00:00',
      '12:00:00',
      '18:00:00',
    ]);
  });

  it('are enough and not too many, whatever the range', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 2e12 }),
        fc.integer({ min: 2_000, max: 24 * 60 * MINUTE }),
        (from, range) => {
          const ticks = timeTicks(from, from + range);
          expect(ticks.length).to.be.within(4, 10);
          expect(ticks[0]).to.be.at.least(from);
          expect(ticks.at(-1)).to.be.at.most(from + range);
        },
      ),
    );
    fc.assert(
      fc.property(fc.double({ min: 1e-3, max: 1e12, noNaN: true }), fc.boolean(), (max, isBinary) => {
        const ticks = valueTicks(max, { isBinary });
        expect(ticks.length).to.be.within(4, 9);
        expect(ticks[0]).to.equal(0);
        expect(ticks.at(-1)).to.be.at.most(max * (1 + 1e-9));
      }),
    );
  });

  it('are plain numbers: powers of two for bytes, whole ones for counts', () => {
    expect(valueTicks(0.112)).to.deep.equal([0, 0.02, 0.04, 0.06, 0.08, 0.1]);
    expect(valueTicks(2 ** 20, { isBinary: true })).to.deep.equal([
      0,
      2 ** 18,
      2 ** 19,
      3 * 2 ** 18,
      2 ** 20,
    ]);
    expect(valueTicks(3.36, { isWhole: true })).to.deep.equal([0, 1, 2, 3]);
    expect(valueTicks(0)).to.deep.equal([0]);
  });
});

describe('chartWindow', () => {
  it('ends now for a task that runs, and at its end for one that ended', () => {
    const now = 100 * MINUTE;
    expect(chartWindow(5 * MINUTE, now, { startedAtMs: 1, completedAtMs: undefined })).to.deep.equal({
      fromMs: 95 * MINUTE,
      toMs: now,
    });
    expect(chartWindow(5 * MINUTE, now, { startedAtMs: 1, completedAtMs: 80 * MINUTE })).to.deep.equal({
      fromMs: 75 * MINUTE,
      toMs: 80 * MINUTE,
    });
    // One that ran shorter than the range fills it.
    expect(
      chartWindow(60 * MINUTE, now, { startedAtMs: 78 * MINUTE, completedAtMs: 80 * MINUTE }),
    ).to.deep.equal({ fromMs: 78 * MINUTE, toMs: 80 * MINUTE });
  });
});

describe('live series', () => {
  it('have I/O, network and pressure where they were measured', () => {
    const live = createLiveRows();
    live.add(usage(1_000, { io: { readBytes: 90, writeBytes: 30 } }));
    live.add(
      usage(2_000, {
        io: { readBytes: 100, writeBytes: 50 },
        pressure: { cpu: { some: { avg10: 1.5 } } },
      }),
    );
    const data = chartData(undefined, live.rows(), { nowMs: 2_000, rangeMs: 2_000 });
    expect(data.series.ioWritten).to.deep.equal([20]);
    expect(data.series.cpuPressure).to.deep.equal([1.5]);
    expect(data.series.netSent).to.deep.equal([null]);
    expect(lastValues(data)).to.include({ ioRead: 10 }).and.not.have.property('netSent');
  });
});

describe('chartMarkers', () => {
  const exitResult = {
    exitCode: undefined,
    signal: 9,
    oomKilled: true,
    completedAtMs: 9_000,
    source: 'shim',
  } as never;
  const event = (kind: 'started' | 'exited', timeMs: number, more = {}) =>
    ({
      kind: 'event',
      id: kind + String(timeMs),
      timeMs,
      event: { ...aTaskEvent(kind, 'web', more), timeMs },
    }) as const;
  const alert = {
    taskId: 'web',
    rule: 'oom',
    state: 'raised',
    value: 1,
    threshold: 1,
    timeMs: 9_100,
    message: 'out of memory',
  } as const;

  it('are starts, exits, OOM kills and alerts, each once', () => {
    const status = { startedAtMs: 5_000, completedAtMs: 9_000, exitResult };
    const items = [
      event('started', 1_000),
      event('exited', 4_000, {
        exitResult: { exitCode: 3, oomKilled: false, completedAtMs: 4_000, source: 'shim' },
      }),
      event('started', 5_200),
      event('exited', 9_050, { exitResult }),
      { kind: 'alert', id: '1', timeMs: 9_100, alert },
      { kind: 'note', id: '2', timeMs: 9_200, message: 'x' },
    ] as const;
    expect(
      chartMarkers(status, [alert] as never, items as never).map(({ kind, timeMs, text }) => [
        kind,
        timeMs,
        text,
      ]),
    ).to.deep.equal([
      ['start', 1_000, 'start'],
      ['exit', 4_000, 'exit 3'],
      ['start', 5_000, 'start'],
      ['OOM', 9_000, 'killed, out of memory'],
      ['alert', 9_100, 'oom: out of memory'],
    ]);
  });

  it('are known of the status alone', () => {
    expect(
      chartMarkers({ startedAtMs: 5, completedAtMs: undefined, exitResult: undefined }, [], []),
    ).to.have.length(1);
    expect(chartMarkers(undefined, [], [])).to.deep.equal([]);
  });
});

describe('agoText', () => {
  for (const [ms, text] of [
    [0, 'just now'],
    [12_000, '12 seconds ago'],
    [60_000, '1 minute ago'],
    [20 * MINUTE + 5_000, '20 minutes ago'],
    [3 * 60 * MINUTE, '3 hours ago'],
    [49 * 60 * MINUTE, '2 days ago'],
  ] as const)
    it(`says ${text}`, () => {
      expect(agoText(ms)).to.equal(text);
    });
});
