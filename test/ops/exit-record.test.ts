import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect } from 'chai';

import { EXIT_PLACEHOLDER, exitResultOf, readExitFile } from '../../src/ops/exit-record.ts';
import { expectRktError } from '../support/errors.ts';

describe('readExitFile', () => {
  let directory: string;
  let file: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'rkt-streams-test-'));
    file = join(directory, 'exit');
  });
  afterEach(() => rm(directory, { recursive: true }));

  it('reads the code, and takes the time of the file for that of the exit', async () => {
    await writeFile(file, '137\n');
    await utimes(file, 1_700_000_000.25, 1_700_000_000.25);
    expect(readExitFile(file)).to.deep.equal({ code: 137, completedAtMs: 1_700_000_000_250 });
  });

  it('finds nothing while there is no file', () => {
    expect(readExitFile(file)).to.equal(undefined);
  });

  it('finds nothing while the place is only reserved, or written in part', async () => {
    for (const text of [EXIT_PLACEHOLDER, '1---', '13--', '137-']) {
      await writeFile(file, text);
      expect(readExitFile(file)).to.equal(undefined);
    }
  });

  it('reads what the shim writes, which is as wide as the place', async () => {
    await writeFile(file, '007\n');
    expect('007\n').to.have.length(EXIT_PLACEHOLDER.length);
    expect(readExitFile(file)).to.include({ code: 7 });
  });

  for (const text of [
    '',
    '\n',
    '0',
    '1 \n',
    '-1\n',
    '256\n',
    '1000\n',
    '0x1\n',
    '1\n2\n',
    '\0\0',
    'exit\n',
  ]) {
    it(`refuses ${JSON.stringify(text)}, naming the file`, async () => {
      await writeFile(file, text);
      const error = expectRktError(() => readExitFile(file), 'RKT_ERR_STATE_FILE');
      expect(error.message).to.include(file).and.to.include(JSON.stringify(text));
    });
  }

  it('refuses what is no file', async () => {
    await mkdir(file);
    const error = expectRktError(() => readExitFile(file), 'RKT_ERR_STATE_FILE');
    expect(error.message).to.include(file).and.to.include('EISDIR');
  });
});

describe('exitResultOf', () => {
  const result = (code: number, oomKills?: number) => exitResultOf({ code, completedAtMs: 5 }, oomKills);

  it('reads codes up to 128, and those above the signals, as the app’s own', () => {
    for (const code of [0, 1, 127, 128, 193, 255]) {
      expect(result(code)).to.deep.equal({
        exitCode: code,
        oomKilled: false,
        completedAtMs: 5,
        source: 'exit-file',
      });
    }
  });

  it('reads 128 + n as death by signal n', () => {
    expect(result(129)).to.include({ exitCode: 129, signal: 1 });
    expect(result(143)).to.include({ exitCode: 143, signal: 15 });
    expect(result(192)).to.include({ exitCode: 192, signal: 64 });
  });

  it('knows the OOM killer by SIGKILL and the count of the cgroup together', () => {
    expect(result(137, 1).oomKilled).to.equal(true);
    expect(result(137, 0).oomKilled).to.equal(false);
    expect(result(137, undefined).oomKilled).to.equal(false);
    expect(result(0, 3).oomKilled).to.equal(false);
    expect(result(143, 3).oomKilled).to.equal(false);
  });
});
