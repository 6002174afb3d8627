import { expect } from 'chai';
import stringWidth from 'string-width';

import { fit, fitEnd, lettersOf, widthOf } from '../../src/cli/text-width.ts';

describe('the width of texts', () => {
  it('is that of string-width for every character', () => {
    const wrong: string[] = [];
    for (let code = 0x20; code < 0x30000; code += 1) {
      const letter = String.fromCodePoint(code);
      if (widthOf(letter) !== stringWidth(letter)) wrong.push(code.toString(16));
    }
    expect(wrong).to.deep.equal([]);
  }).timeout(60_000);

  it('counts graphemes', () => {
    expect(lettersOf('añ…')).to.deep.equal(['a', 'ñ', '…']);
    expect(lettersOf('e\u0301👩‍👩‍👧日')).to.deep.equal(['e\u0301', '👩‍👩‍👧', '日']);
    expect(widthOf('e\u0301👩‍👩‍👧日')).to.equal(5);
  });

  it('cuts and pads by cells', () => {
    expect(fit('日本語', 4)).to.equal('日… ');
    expect(fit('größe', 8, 'right')).to.equal('   größe');
    expect(fitEnd('abc日本', 5)).to.equal('…日本');
  });
});
