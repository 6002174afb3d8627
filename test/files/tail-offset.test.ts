import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect } from 'chai';

import { tailOffset, tailOffsetOfBytes } from '../../src/files/tail-offset.ts';

describe('tailOffset', () => {
  let directory: string;
  before(async () => (directory = await mkdtemp(join(tmpdir(), 'rkt-streams-tail-'))));
  after(() => rm(directory, { recursive: true }));

  const last = async (text: string, lines: number): Promise<string> => {
    const path = join(directory, 'log');
    await writeFile(path, text);
    return text.slice(await tailOffset(path, lines));
  };

  it('finds the last lines, with or without a newline at the end', async () => {
    expect(await last('a\nb\nc\n', 1)).to.equal('c\n');
    expect(await last('a\nb\nc', 2)).to.equal('b\nc');
    expect(await last('a\n\n\n', 2)).to.equal('\n\n');
  });

  it('finds all when there are no more', async () => {
    expect(await last('a\nb\n', 2)).to.equal('a\nb\n');
    expect(await last('', 5)).to.equal('');
  });

  it('finds lines that begin blocks before the end', async () => {
    const long = 'x'.repeat(200_000);
    expect(await last(`a\n${long}\nb\n`, 2)).to.equal(`${long}\nb\n`);
    expect(await last(`a\n${long}\nb\n`, 3)).to.have.length(200_005);
  });
});

describe('tailOffsetOfBytes', () => {
  let path: string;
  let directory: string;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'rkt-streams-tail-'));
    path = join(directory, 'log');
  });
  after(() => rm(directory, { recursive: true }));

  const last = async (text: string, bytes: number): Promise<string> => {
    await writeFile(path, text);
    return text.slice(await tailOffsetOfBytes(path, bytes));
  };

  it('finds the first whole line in the last bytes', async () => {
    expect(await last('aa\nbb\ncc\n', 6)).to.equal('bb\ncc\n');
    expect(await last('aa\nbb\ncc\n', 5)).to.equal('cc\n');
    expect(await last('aa\nbb\ncc', 3)).to.equal('cc');
    expect(await last('aa\nbb\n', 100)).to.equal('aa\nbb\n');
    expect(await last('aa\nbb\n', 6)).to.equal('aa\nbb\n');
    expect(await last('', 5)).to.equal('');
  });

  it('finds the end where a line is longer', async () => {
    expect(await last(`a\n${'x'.repeat(200_000)}`, 100_000)).to.equal('');
    expect(await last(`a\n${'x'.repeat(200_000)}\nb\n`, 100_000)).to.equal('b\n');
  });
});
