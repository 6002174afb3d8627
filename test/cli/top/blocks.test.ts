import { expect } from 'chai';

import { bar, chart, largest, sparkline } from '../../../src/cli/top/blocks.ts';

describe('sparkline', () => {
  it('scales to the largest metric, the newest at the right', () => {
    expect(sparkline([0, 1, 2, 4, 8], 5)).to.equal('▁▁▂▄█');
  });

  it('scales to more when it is reported', () => {
    expect(sparkline([1, 2], 2, 8)).to.equal('▁▂');
  });

  it('shows only the last that fit, and leaves sandbox on the left', () => {
    expect(sparkline([8, 1, 8], 2)).to.equal('▁█');
    expect(sparkline([8], 4)).to.equal('   █');
    expect(sparkline([], 3)).to.equal('   ');
  });

  it('has a gap where nothing was measured, and a low block for 0', () => {
    expect(sparkline([0, undefined, 0], 3)).to.equal('▁ ▁');
  });
});

describe('bar', () => {
  it('shows a part, and never more than the whole', () => {
    expect(bar(0.5, 4)).to.equal('██░░');
    expect(bar(0, 3)).to.equal('░░░');
    expect(bar(7, 3)).to.equal('███');
    expect(bar(-1, 3)).to.equal('░░░');
  });
});

describe('chart', () => {
  it('fills columns from below over several rows', () => {
    const rows = chart([0, 4, 8, 16], { width: 4, height: 2, max: 16 });
    expect(rows).to.deep.equal(['   █', '▁▄██']);
  });

  it('stands at the right, with gaps', () => {
    expect(chart([8, undefined, 8], { width: 4, height: 1, max: 8 })).to.deep.equal([' █ █']);
  });

  it('has a line at the bottom when everything is 0', () => {
    expect(chart([0, 0], { width: 2, height: 2, max: 0 })).to.deep.equal(['  ', '▁▁']);
  });
});

describe('largest', () => {
  it('is 0 of nothing', () => {
    expect(largest([])).to.equal(0);
    expect(largest([undefined, 2, 1])).to.equal(2);
  });
});
