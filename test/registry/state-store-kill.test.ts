import { expect } from 'chai';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import { createStateStore, stateFileName } from '../../src/registry/state-store.ts';

const WRITER = fileURLToPath(new URL('../support/save-forever.ts', import.meta.url));

/** Starts a process that saves without end, and kills it as soon as `isMoment` holds for the files it made. */
async function killWriter(directory: string, isMoment: (names: readonly string[]) => boolean): Promise<void> {
  const child = spawn(process.execPath, ['--import=tsx', WRITER, directory], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const exited = once(child, 'exit');
  try {
    while (!isMoment(await readdir(directory))) {
      expect(child.exitCode, 'exit code of the writer').to.equal(null);
      await setImmediate();
    }
  } finally {
    child.kill('SIGKILL');
    await exited;
  }
}

describe('StateStore, when its process is killed', () => {
  let directory: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'rkt-streams-state-'));
  });

  afterEach(async () => {
    await rm(directory, { recursive: true });
  });

  const isHalfWritten = (name: string): boolean => name.endsWith('.tmp');
  const final = stateFileName('victim');

  it('leaves no entry or a whole one in the first write', async () => {
    await killWriter(directory, (names) => names.some(isHalfWritten));
    const { entries, failures } = await createStateStore(directory).loadAll();
    expect(failures).to.deep.equal([]);
    expect(entries.length).to.be.at.most(1);
    expect((await readdir(directory)).filter(isHalfWritten)).to.deep.equal([]);
  });

  it('leaves the old entry or the new one in a later write', async () => {
    await killWriter(directory, (names) => names.includes(final) && names.some(isHalfWritten));
    const store = createStateStore(directory);
    const { entries, failures } = await store.loadAll();
    expect(failures).to.deep.equal([]);
    expect(entries.map(({ id }) => id)).to.deep.equal(['victim']);
    expect(entries[0]?.spec.env.PADDING).to.have.length(2_000_000);
    expect(await readdir(directory)).to.deep.equal([final]);
    expect((await store.load('victim'))?.updatedAtMs).to.be.at.least(1);
  });
});
