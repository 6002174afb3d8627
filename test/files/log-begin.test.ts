import { mkdtemp, open, rm, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect } from 'chai';

import { logBegin, withoutHole } from '../../src/files/log-begin.ts';

describe('logBegin', () => {
  let directory: string;
  let file: FileHandle;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'rkt-streams-test-'));
    file = await open(join(directory, 'log'), 'w+');
  });
  afterEach(async () => {
    await file.close();
    await rm(directory, { recursive: true });
  });

  for (const begin of [4_096, 4_097, 8_191, 1_000_000, 5_000_000_000]) {
    it(`finds text that begins at ${begin}`, async () => {
      await file.write('text', begin);
      expect(await logBegin(file)).to.equal(begin);
      await file.write('x'.repeat(100_000), begin + 4);
      expect(await logBegin(file)).to.equal(begin);
    });
  }

  it('is 0 for a file without a hole, whatever it holds', async () => {
    expect(await logBegin(file)).to.equal(0);
    await file.write('\0\0text', 0);
    expect(await logBegin(file)).to.equal(0);
    await file.write('\0'.repeat(20_000), 6);
    expect(await logBegin(file)).to.equal(0);
  });

  it('is the end of a file of which all was cut', async () => {
    await file.truncate(100_000);
    expect(await logBegin(file)).to.equal(100_000);
  });

  it('takes what was cut out of a piece, and no zero that a program wrote', async () => {
    await file.write('text\0more', 10_000);
    const bytes = Buffer.from('old\0\0text\0more');
    expect(await withoutHole(file, { at: 9_995, bytes })).to.deep.equal({
      at: 10_000,
      bytes: Buffer.from('text\0more'),
    });
    const whole = { at: 10_000, bytes: Buffer.from('text\0more') };
    expect(await withoutHole(file, whole)).to.equal(whole);
  });
});
