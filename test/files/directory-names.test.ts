import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect } from 'chai';

import { createDirectoryNames } from '../../src/files/directory-names.ts';

describe('createDirectoryNames', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'rkt-streams-test-names-'));
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  const changedLongAgo = (): Promise<void> => utimes(directory, 1_000, 1_000);

  it('returns the same names until the directory has changed', async () => {
    const names = createDirectoryNames(directory);
    await writeFile(join(directory, 'a'), '');
    await changedLongAgo();
    const first = await names();
    expect(first).to.deep.equal(['a']);
    expect(await names()).to.equal(first);
    await writeFile(join(directory, 'b'), '');
    expect([...(await names())].sort()).to.deep.equal(['a', 'b']);
  });

  it('reads a directory again that changed a moment ago: its time stamp may not show the next change', async () => {
    const names = createDirectoryNames(directory);
    await writeFile(join(directory, 'a'), '');
    const first = await names();
    expect(await names()).to.not.equal(first);
  });

  it('rejects when the directory is gone', async () => {
    const names = createDirectoryNames(directory);
    await writeFile(join(directory, 'a'), '');
    await changedLongAgo();
    await names();
    await rm(directory, { recursive: true });
    expect(await names().catch((error: unknown) => (error as NodeJS.ErrnoException).code)).to.equal('ENOENT');
  });
});
