import { expect } from 'chai';

import { createPaint } from '../../src/cli/cli-output.ts';
import { tasksText } from '../../src/cli/task-list.ts';
import { widthOf } from '../../src/cli/text-width.ts';
import { aTaskStatus } from '../support/task-statuses.ts';

const plain = createPaint(false);
const TASKS = [
  aTaskStatus('web-0123456789abcdef', {
    name: 'web',
    image: `example.com/${'path/'.repeat(30)}web:1.2`,
    pid: 4_194_303,
  }),
  aTaskStatus(`一个很长的名字${'字'.repeat(30)}`, { image: 'x', startedAtMs: 1 }),
];

describe('table', () => {
  for (const width of [200, 120, 80, 60, 40]) {
    it(`fits into ${width} columns of a terminal`, () => {
      const lines = tasksText(TASKS, plain, 100_000_000, { width }).split('\n');
      lines.forEach((line) => expect(widthOf(line), line).to.be.at.most(width));
      expect(lines[0]).to.match(/^ID +NAME .*PHASE/);
      expect(lines[1]).to.match(/^web-012345/);
    });
  }

  it('cuts nothing where there is space, and leaves out columns only where cutting does not help', () => {
    expect(tasksText(TASKS, plain, 100_000_000)).to.include(`${'path/'.repeat(30)}web:1.2`);
    const [titles, first] = tasksText(TASKS, plain, 100_000_000, { width: 80 }).split('\n');
    expect(titles).to.include('IMAGE').and.to.include('STARTED');
    expect(first).to.include('…');
    expect(tasksText(TASKS, plain, 100_000_000, { width: 40 }).split('\n')[0]).to.not.include('IMAGE');
  });

  it('aligns columns by what a terminal shows', () => {
    const [, ...rows] = tasksText(TASKS, plain, 100_000_000).split('\n');
    const at = (row: string): number => widthOf(row.slice(0, row.indexOf('running')));
    expect(rows.map(at)).to.deep.equal([at(rows[0] ?? ''), at(rows[0] ?? '')]);
  });
});
