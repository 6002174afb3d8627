import { expect } from 'chai';
import type { Key as InkKey } from 'ink';

import { keysOf } from '../../../src/cli/top/top-app.ts';

/** Ink reports of every key which of the named ones it is. */
function ink(...names: readonly (keyof InkKey)[]): InkKey {
  return Object.fromEntries(names.map((name) => [name, true])) as unknown as InkKey;
}

describe('keysOf', () => {
  it('names the keys that write nothing', () => {
    expect(keysOf('', ink('upArrow'))).to.deep.equal(['up']);
    expect(keysOf('\r', ink('return'))).to.deep.equal(['enter']);
    expect(keysOf('', ink('delete'))).to.deep.equal(['backspace']);
  });

  it('takes letters one by one, also when they come together', () => {
    expect(keysOf('ab', ink())).to.deep.equal([{ letter: 'a' }, { letter: 'b' }]);
    expect(keysOf('a\r\x7f', ink())).to.deep.equal([{ letter: 'a' }, 'enter', 'backspace']);
    expect(keysOf('x', ink('meta'))).to.deep.equal([]);
    expect(keysOf('\x01', ink())).to.deep.equal([]);
  });

  it('ends at Ctrl-C alone', () => {
    expect(keysOf('c', ink('ctrl'))).to.deep.equal(['interrupt']);
    expect(keysOf('d', ink('ctrl'))).to.deep.equal([]);
  });
});
