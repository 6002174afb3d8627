import { expect } from 'chai';
import fc from 'fast-check';

import { printable, printableJson, unsafeCharacter } from '../../src/model/printable.ts';

const ACTED_ON = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}]/u;
const anyText = fc.string({ unit: 'binary' });

describe('printable', () => {
  it('writes what a terminal acts on as an escape', () => {
    expect(printable('a\x1b[2Jb')).to.equal('a\\x1b[2Jb');
    expect(printable('web\nforged  row\ttab\r')).to.equal('web\\nforged  row\\ttab\\r');
    expect(printable('c1 \x9b31m \x85 del \x7f')).to.equal('c1 \\x9b31m \\x85 del \\x7f');
    expect(printable('a\u202egpj.exe \u2066x\u2069 \u2028')).to.equal(
      'a\\u202egpj.exe \\u2066x\\u2069 \\u2028',
    );
    expect(printable('\ud800 \ufeff\u200b')).to.equal('\\ud800 \\ufeff\\u200b');
  });

  it('leaves all other text as it is', () => {
    for (const text of ['', 'web-1', 'C:\\n', 'naïve 日本語', '👩‍🚀 🇪🇺', 'مرحبا שלום'])
      expect(printable(text)).to.equal(text);
  });

  it('lets nothing through, of any text', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(printable(text)).to.not.match(ACTED_ON);
        expect(printable(printable(text))).to.equal(printable(text));
        expect(unsafeCharacter(text) === undefined).to.equal(printable(text) === text);
      }),
    );
  });
});

describe('printableJson', () => {
  it('keeps every value, and lets nothing through', () => {
    fc.assert(
      fc.property(fc.dictionary(anyText, anyText), (value) => {
        const text = printableJson(JSON.stringify(value));
        expect(text).to.not.match(ACTED_ON);
        expect(JSON.parse(text)).to.deep.equal(JSON.parse(JSON.stringify(value)));
      }),
    );
  });
});

describe('unsafeCharacter', () => {
  it('names the first one as Unicode does', () => {
    expect(unsafeCharacter('a\x1b\n')).to.equal('U+001B');
    expect(unsafeCharacter('\u202e')).to.equal('U+202E');
    expect(unsafeCharacter('plain')).to.equal(undefined);
  });
});
