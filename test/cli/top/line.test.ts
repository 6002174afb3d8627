import { expect } from 'chai';
import fc from 'fast-check';

import { outputLine } from '../../../src/cli/top/line.ts';
import { fit, fitEnd, widthOf } from '../../../src/cli/text-width.ts';
import { printable } from '../../../src/model/printable.ts';

describe('fit', () => {
  it('fills up, at the left or at the right', () => {
    expect(fit('ab', 4)).to.equal('ab  ');
    expect(fit('ab', 4, 'right')).to.equal('  ab');
    expect(fit('ab', 0)).to.equal('');
  });

  it('cuts with a sign that something is missing', () => {
    expect(fit('abcdef', 4)).to.equal('abc…');
    expect(fitEnd('abcdef', 4)).to.equal('…def');
    expect(fitEnd('abc', 4)).to.equal('abc ');
  });

  it('counts what is two cells wide as two', () => {
    expect(widthOf('日本')).to.equal(4);
    expect(fit('日本語', 5)).to.equal('日本…');
    expect(fit('日本語', 4)).to.equal('日… ');
  });

  it('is as wide as it was to be, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 30 }), (text, width) => {
        expect(widthOf(fit(printable(text), width))).to.equal(width);
        expect(widthOf(fitEnd(printable(text), width))).to.equal(width);
      }),
    );
  });
});

describe('outputLine', () => {
  it('lets nothing through that a terminal acts on', () => {
    expect(outputLine('\x1b[31mred\x1b[0m \x1b]0;title\x07\x1b[2Jx\x9b1my\r')).to.equal('red x\\x9b1my');
    expect(outputLine('a\tb\rc \u202etxt')).to.equal('a    b\\rc \\u202etxt');
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(outputLine(text)).to.not.match(/[\p{Cc}\p{Bidi_Control}]/u);
      }),
    );
  });
});
