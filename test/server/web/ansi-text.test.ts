import { expect } from 'chai';

import { createAnsiParser, type AnsiSegment } from '../../../src/server/web/logic/ansi-text.ts';
import { random } from '../../support/random.ts';

const E = '\u001b[';
const parse = (...lines: readonly string[]): readonly (readonly AnsiSegment[])[] => {
  const parser = createAnsiParser();
  return lines.map((line) => parser.parse(line));
};
const textOf = (line: string): string => (parse(line)[0] ?? []).map(({ text }) => text).join('');

describe('createAnsiParser', () => {
  it('reads the 16 colours and the attributes', () => {
    expect(parse(`a${E}1;31mb${E}0m${E}93;44mc${E}39;49;3md`)[0]).to.deep.equal([
      { text: 'a', style: {} },
      { text: 'b', style: { bold: true, colour: 1 } },
      { text: 'c', style: { colour: 11, background: 4 } },
      { text: 'd', style: { colour: undefined, background: undefined, italic: true } },
    ]);
  });

  for (const [codes, style] of [
    ['38;5;9', { colour: 9 }],
    ['38;5;208', { colour: 'rgb(255 135 0)' }],
    ['48;5;244', { background: 'rgb(128 128 128)' }],
    ['38;2;1;2;3', { colour: 'rgb(1 2 3)' }],
    ['38:2:1:2:3', { colour: 'rgb(1 2 3)' }],
    ['38;2;999;0;0', { colour: 'rgb(255 0 0)' }],
    ['38;5;256', {}],
    ['38;5', {}],
    ['38', {}],
    ['', {}],
    ['1;22;9', { bold: false, dim: false, strike: true }],
  ] as const)
    it(`reads "${codes}"`, () => {
      expect(parse(`${E}${codes}mx`)[0]).to.deep.equal([{ text: 'x', style }]);
    });

  it('keeps the style until the app changes it, over lines', () => {
    expect(parse(`${E}32mone`, 'two', `${E}mthree`).map((line) => line[0]?.style)).to.deep.equal([
      { colour: 2 },
      { colour: 2 },
      {},
    ]);
  });

  it('leaves out everything else that a terminal would obey', () => {
    expect(textOf(`a${E}2Kb${E}10;20Hc${E}?25ld\u001b(Be\u0007f\bg\u009b31mh`)).to.equal('abcdefgh');
    expect(
      textOf('\u001b]0;title\u0007x \u001b]8;;javascript:alert(1)\u001b\\link\u001b]8;;\u001b\\'),
    ).to.equal('x link');
    expect(textOf('tab\there \u001b')).to.equal('tab\there ');
  });

  it('shows the last state of a progress display', () => {
    expect(textOf('10 %\r50 %\r100 %\r')).to.equal('100 %');
  });

  it('keeps markup as the text that it is', () => {
    expect(textOf('<img src=x onerror=alert(1)>')).to.equal('<img src=x onerror=alert(1)>');
  });

  it('gives only text and known styles for any bytes', () => {
    const next = random(7);
    const alphabet = `\u001b[]()0123456789;:?mKHJ\r\b\u0007\u009b<>&"'x `;
    const parser = createAnsiParser();
    for (let n = 0; n < 2_000; n += 1) {
      const length = Math.floor(next() * 40);
      const line = Array.from({ length }, () => alphabet[Math.floor(next() * alphabet.length)]).join('');
      for (const { text, style } of parser.parse(line)) {
        expect(text).not.to.match(/(?!\t)\p{Cc}/u);
        for (const colour of [style.colour, style.background])
          if (colour !== undefined) expect(String(colour)).to.match(/^(?:\d|1[0-5]|rgb\(\d+ \d+ \d+\))$/);
      }
    }
  });
});
