import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect } from 'chai';

import { tailOffset } from '../../src/cli/tail-offset.ts';

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
