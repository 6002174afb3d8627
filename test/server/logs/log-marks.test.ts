import { expect } from 'chai';

import { MAX_MARKS, createLogMarks } from '../../../src/server/logs/log-marks.ts';

const START = { stdout: 0, stderr: 0 };

describe('createLogMarks', () => {
  it('keeps the order and the times of both outputs', () => {
    const marks = createLogMarks({ stdout: 10, stderr: 0 });
    marks.add({ stream: 'stdout', endsAt: 20, timeMs: 1_000 });
    marks.add({ stream: 'stderr', endsAt: 5, timeMs: 1_010 });
    marks.add({ stream: 'stdout', endsAt: 30, timeMs: 1_020 });
    marks.add({ stream: 'stdout', endsAt: 30, timeMs: 1_030 });
    expect(marks.after(START).map(({ stream, endsAt }) => [stream, endsAt])).to.deep.equal([
      ['stdout', 20],
      ['stderr', 5],
      ['stdout', 30],
    ]);
    expect(marks.after({ stdout: 20, stderr: 0 }).map(({ timeMs }) => timeMs)).to.deep.equal([1_010, 1_020]);
    expect(marks.untimedUntil()).to.deep.equal({ stdout: 10, stderr: 0 });
    expect(marks.sizes()).to.deep.equal({ stdout: 30, stderr: 5 });
  });

  it('drops the oldest marks beyond its length: their times are no longer known', () => {
    const marks = createLogMarks(START);
    for (let n = 1; n <= MAX_MARKS + 1; n += 1) marks.add({ stream: 'stdout', endsAt: n, timeMs: n * 10 });
    const kept = marks.after(START);
    expect(kept).to.have.length((MAX_MARKS * 3) / 4 + 1);
    expect(kept[0]?.endsAt).to.equal(marks.untimedUntil().stdout + 1);
    expect(kept.at(-1)).to.deep.equal({
      stream: 'stdout',
      endsAt: MAX_MARKS + 1,
      timeMs: (MAX_MARKS + 1) * 10,
    });
  });

  it('begins anew with an output that was emptied, and keeps the other one', () => {
    const marks = createLogMarks(START);
    marks.add({ stream: 'stdout', endsAt: 9, timeMs: 1 });
    marks.add({ stream: 'stderr', endsAt: 7, timeMs: 5 });
    marks.restart('stdout');
    marks.add({ stream: 'stdout', endsAt: 2, timeMs: 9 });
    expect(marks.after(START).map(({ stream, endsAt }) => [stream, endsAt])).to.deep.equal([
      ['stderr', 7],
      ['stdout', 2],
    ]);
  });
});
