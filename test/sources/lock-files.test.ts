import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect } from 'chai';

import { createLockFiles } from '../../src/sources/lock-files.ts';
import { identify } from '../../src/sources/process-info.ts';
import { expectRktRejection } from '../support/errors.ts';

const CHILD = `
  import { readFile, writeFile } from 'node:fs/promises';
  import { createLockFiles } from ${JSON.stringify(import.meta.resolve('../../src/sources/lock-files.ts'))};
  import { identify } from ${JSON.stringify(import.meta.resolve('../../src/sources/process-info.ts'))};
  const [directory, counter, rounds] = process.argv.slice(1);
  const exclusive = createLockFiles({ directory, self: await identify(process.pid) });
  for (let round = 0; round < Number(rounds); round += 1) {
    await exclusive('key', async () => {
      const count = Number(await readFile(counter, 'utf8'));
      await writeFile(counter, String(count + 1));
    });
  }
  if (rounds === 'held') await exclusive('key', () => { console.log('held'); return new Promise(() => setInterval(() => 0, 1e6)); });
`;

describe('createLockFiles', function () {
  this.timeout(120_000);
  let base: string;
  let directory: string;

  beforeEach(async () => {
    base = await mkdtemp(join(tmpdir(), 'rkt-streams-test-'));
    directory = join(base, 'locks');
  });
  afterEach(() => rm(base, { recursive: true }));

  const self = async () => {
    const found = await identify(process.pid);
    if (found === undefined) throw new Error('no /proc');
    return found;
  };
  const child = (counter: string, rounds: string) =>
    spawn(
      process.execPath,
      [
        '--import',
        import.meta.resolve('tsx/esm'),
        '--input-type=module',
        '-e',
        CHILD,
        directory,
        counter,
        rounds,
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
  const slotNow = async (): Promise<string> => {
    const name = (await readdir(directory)).find((one) => !one.endsWith('.free'));
    if (name === undefined) throw new Error('no lock is held');
    return name;
  };

  it('lets one process at a time in, also when all of them make the locks', async () => {
    const counter = join(base, 'counter');
    await writeFile(counter, '0');
    const children = Array.from({ length: 4 }, () => child(counter, '50'));
    const codes = await Promise.all(children.map(async (one) => (await once(one, 'exit'))[0] as number));
    expect(codes).to.deep.equal([0, 0, 0, 0]);
    expect(await readFile(counter, 'utf8')).to.equal('200');
    expect((await readdir(base)).toSorted()).to.deep.equal(['counter', 'locks']);
    expect((await readdir(directory)).every((name) => name.endsWith('.free'))).to.equal(true);
  });

  it('takes the lock of a process that was killed', async () => {
    const holder = child('', 'held');
    await once(holder.stdout, 'data');
    const exclusive = createLockFiles({ directory, self: await self(), timeoutMs: 50 });
    const error = await expectRktRejection(
      exclusive('key', () => Promise.resolve()),
      'RKT_ERR_DATA_DIR',
    );
    expect(error.message).to.include(`Process ${holder.pid ?? ''} has held`);
    holder.kill('SIGKILL');
    await once(holder, 'exit');
    expect(await exclusive('key', () => Promise.resolve('mine'))).to.equal('mine');
  });

  it('takes the lock of an earlier boot, the caller that has that pid now', async () => {
    const exclusive = createLockFiles({ directory, self: await self() });
    await exclusive('key', async () => {
      const held = await slotNow();
      const earlier = held.slice(0, held.indexOf('.')) + `.${process.ppid}-1-1-an-earlier-boot`;
      await rename(join(directory, held), join(directory, earlier));
    });
    expect(await exclusive('key', () => Promise.resolve('mine'))).to.equal('mine');
  });

  it('gives the lock back when the action fails', async () => {
    const exclusive = createLockFiles({ directory, self: await self() });
    const failed = await exclusive('key', () => Promise.reject(new Error('no'))).catch(String);
    expect(failed).to.equal('Error: no');
    expect(await exclusive('key', () => Promise.resolve('mine'))).to.equal('mine');
  });

  it('makes the locks anew when somebody has removed them', async () => {
    const exclusive = createLockFiles({ directory, self: await self() });
    await exclusive('key', () => rm(directory, { recursive: true }));
    expect(await exclusive('key', () => Promise.resolve('mine'))).to.equal('mine');
  });

  it('says what it cannot lock', async () => {
    await writeFile(directory, '');
    const exclusive = createLockFiles({ directory, self: await self() });
    const error = await expectRktRejection(
      exclusive('key', () => Promise.resolve()),
      'RKT_ERR_DATA_DIR',
    );
    expect(error.message).to.include(directory);
  });
});
