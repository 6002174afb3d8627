import { expect } from 'chai';

import type { LinesFrame } from '../../../src/server/logs/follow-lines.ts';
import type { LogLine } from '../../../src/server/logs/merged-log.ts';
import { createLogBuffer, type ShownLine } from '../../../src/server/web/logic/log-buffer.ts';
import { levelOf } from '../../../src/server/web/logic/log-level.ts';
import { drawnPieces, isShown, searchOf, type LogFilter } from '../../../src/server/web/logic/log-search.ts';

const line = (text: string, more: Partial<LogLine> = {}): LogLine => ({ stream: 'stdout', text, ...more });
const buffered = (...frames: readonly LinesFrame[]): readonly ShownLine[] => {
  const buffer = createLogBuffer(4);
  frames.forEach((frame) => buffer.add(frame));
  return buffer.lines();
};
const textsOf = (lines: readonly ShownLine[]): readonly string[] => lines.map(({ text }) => text);

describe('levelOf', () => {
  for (const [text, level] of [
    ['{"level":"warn","msg":"slow"}', 'warn'],
    ['{"level":50,"msg":"x"}', 'error'],
    ['{"level":30,"msg":"x"}', 'info'],
    ['time=10:00 level=error msg="x"', 'error'],
    ['ts=1 lvl=dbg msg=x', 'debug'],
    ['2026/11/27 17:41:44 [notice] 1#1: start', 'info'],
    ['2026-11-27 10:00:00,123 WARN  main - x', 'warn'],
    ['ERROR: cannot open', 'error'],
    ['error: cannot open', 'error'],
    ['nginx: warning: conflicting name', 'warn'],
    ['E1127 17:41:44.123456 1 main.go:3] x', 'error'],
    ['[FATAL] x', 'error'],
    ['INFO    listening', 'info'],
    ['there was no error at all', undefined],
    ['GET /errors/warn 200', undefined],
    ['Information is power', undefined],
    ['', undefined],
  ] as const)
    it(`finds ${level ?? 'no level'} in "${text}"`, () => {
      expect(levelOf(text)).to.equal(level);
    });
});

describe('createLogBuffer', () => {
  it('keeps the last lines, and joins the pieces of one', () => {
    const lines = buffered(
      { isFirst: true, lines: [line('a'), line('b'), line('c'), line('wait')] },
      { lines: [line('x', { stream: 'stderr' }), line('ing', { continues: true, timeMs: 9 })] },
    );
    expect(textsOf(lines)).to.deep.equal(['b', 'c', 'waiting', 'x']);
    expect(lines[2]?.timeMs).to.equal(9);
  });

  it('replaces what it has when a frame is the first one, or lines are missing before it', () => {
    const first: LinesFrame = { isFirst: true, skippedBytes: 10, lines: [line('old')] };
    expect(textsOf(buffered(first, { ...first, lines: [line('new')] }))).to.deep.equal(['new']);
    const buffer = createLogBuffer();
    buffer.add(first);
    buffer.add({ skippedBytes: 5, lines: [line('much later')] });
    expect([textsOf(buffer.lines()), buffer.skippedBytes()]).to.deep.equal([['much later'], 15]);
  });

  it('gives the lines of a stack trace the level of its first line', () => {
    const lines = buffered({
      lines: [
        line('ERROR: no'),
        line('between', { stream: 'stderr' }),
        line('    at open (x.js:1)'),
        line('next'),
      ],
    });
    expect(lines.map(({ level }) => level)).to.deep.equal(['error', undefined, 'error', undefined]);
  });
});

describe('the filter of a log', () => {
  const all: LogFilter = { stream: 'both', level: 'all', onlyMatches: false, search: undefined };
  const [out, err] = buffered({
    lines: [line('warning: a.b'), line('\u001b[31mERROR\u001b[0m: aXb', { stream: 'stderr' })],
  }) as [ShownLine, ShownLine];

  it('goes by output, level and match', () => {
    expect([out, err].map((one) => isShown(one, { ...all, stream: 'stderr' }))).to.deep.equal([false, true]);
    expect([out, err].map((one) => isShown(one, { ...all, level: 'error' }))).to.deep.equal([false, true]);
    const search = searchOf('A.B');
    expect([out, err].map((one) => isShown(one, { ...all, search, onlyMatches: true }))).to.deep.equal([
      true,
      false,
    ]);
  });

  it('takes a regular expression between slashes, and text for what is none', () => {
    expect(isShown(err, { ...all, search: searchOf('/a.b$/'), onlyMatches: true })).to.equal(true);
    expect(String(searchOf('/[/'))).to.equal(String.raw`/\/\[\//gi`);
    expect(searchOf('')).to.equal(undefined);
  });

  it('cuts the colours of a line where matches begin and end', () => {
    const pieces = drawnPieces(err, searchOf('or: a'));
    expect(pieces.map(({ text, match }) => [text, match])).to.deep.equal([
      ['ERR', undefined],
      ['OR', 0],
      [': a', 0],
      ['Xb', undefined],
    ]);
    expect(pieces[1]?.style).to.deep.equal({ colour: 1 });
    expect(
      drawnPieces(err, searchOf('/x*/'))
        .map(({ text }) => text)
        .join(''),
    ).to.equal('ERROR: aXb');
  });
});
