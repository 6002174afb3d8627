import { expect } from 'chai';
import fc from 'fast-check';

import { parseLocks } from '../../../src/rkt/disk/pod-directories.ts';

const REAL = `1: FLOCK  ADVISORY  WRITE 30596 fe:00:2189605 0 EOF
2: POSIX  ADVISORY  WRITE 512 fe:00:131 0 EOF
3: FLOCK  ADVISORY  READ 77 fe:00:99 0 EOF
4: OFDLCK ADVISORY  WRITE -1 fe:00:7 0 EOF
5: FLOCK  ADVISORY  WRITE 30600 00:2f:12345678901 0 EOF
5: -> FLOCK  ADVISORY  WRITE 30601 00:2f:55 0 EOF
`;

describe('parseLocks', () => {
  it('finds the inodes that are locked exclusively by flock, and nothing else', () => {
    expect([...parseLocks(REAL)]).to.deep.equal([2189605, 12345678901]);
  });

  it('finds nothing in an empty text', () => {
    expect(parseLocks('').size).to.equal(0);
  });

  it('reads back what the kernel prints', () => {
    const lock = fc.record({ pid: fc.nat(), inode: fc.nat(2 ** 40) });
    fc.assert(
      fc.property(fc.array(lock), (locks) => {
        const text = locks.map(
          ({ pid, inode }, i) => `${i}: FLOCK  ADVISORY  WRITE ${pid} fe:00:${inode} 0 EOF\n`,
        );
        expect([...parseLocks(text.join(''))]).to.have.members([...new Set(locks.map(({ inode }) => inode))]);
      }),
    );
  });

  it('takes any garbage', () => {
    fc.assert(fc.property(fc.string(), (text) => void parseLocks(text)));
  });
});
