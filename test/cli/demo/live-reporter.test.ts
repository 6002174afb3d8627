import { PassThrough } from 'node:stream';

import { expect } from 'chai';

import { fit } from '../../../src/cli/demo/fit.ts';
import { createLiveReporter } from '../../../src/cli/demo/live-reporter.ts';
import type { View } from '../../../src/cli/demo/demo-view.ts';
import { createPaint } from '../../../src/cli/cli-output.ts';

const row = { does: 'works', phase: 'running', cpuPercent: 99.5, memoryBytes: 2 ** 20, starts: 1, exit: '-' };
const view: View = { rows: [{ id: 'one', ...row }], host: undefined };

describe('createLiveReporter', () => {
  const open = (columns: number) => {
    const screen = Object.assign(new PassThrough({ encoding: 'utf8' }), { columns, rows: 24 });
    const clock = { nowMs: () => 0, lengthMs: 20_000 };
    const reporter = createLiveReporter(screen, createPaint(false), clock);
    return { reporter, drawn: () => (screen.read() as string | null) ?? '' };
  };

  it('draws the table again in its own place, and what is done above it', () => {
    const { reporter, drawn } = open(80);
    reporter.tick(view);
    expect(drawn()).to.equal(
      [
        '',
        'POD  PHASE         CPU    MEMORY  STARTS  LAST EXIT  DESCRIPTION',
        'one  running     99.5%     1 MiB       1  -          works',
        '0ms of 20s · Ctrl-C ends',
        '',
      ].join('\n'),
    );
    reporter.report({ type: 'note', message: 'hello' });
    expect(drawn()).to.include('\u001b[4A\r\u001b[Jhello\n\nPOD');
  });

  it('keeps every line within the terminal while the table is there, and none afterwards', () => {
    const { reporter, drawn } = open(20);
    reporter.tick(view);
    expect(
      Math.max(
        ...drawn()
          .split('\n')
          .map((line) => line.length),
      ),
    ).to.equal(20);
    reporter.end();
    reporter.report({ type: 'note', message: 'x'.repeat(30) });
    expect(drawn()).to.equal(`${'x'.repeat(30)}\n`);
  });
});

describe('fit', () => {
  const cases: readonly (readonly [string, number, string])[] = [
    ['short', 5, 'short'],
    ['longer', 5, 'long…'],
    ['\u001b[1mbold\u001b[22m', 4, '\u001b[1mbold\u001b[22m'],
    ['\u001b[1mbolder\u001b[22m', 4, '\u001b[1mbol\u001b[22m…\u001b[0m'],
  ];
  for (const [line, columns, fitted] of cases) {
    it(`makes ${JSON.stringify(fitted)} of ${JSON.stringify(line)} in ${columns} columns`, () => {
      expect(fit(line, columns)).to.equal(fitted);
    });
  }
});
