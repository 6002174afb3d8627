import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect } from 'chai';

import { createLockFiles } from '../../src/sources/lock-files.ts';
import { identify } from '../../src/sources/process-info.ts';
import { lockForProcess } from '../../src/sources/process-lock.ts';

/** The kernel gives no pid as high as this. */
const DEAD = '4194304-1-1';
const UUID = '123e4567-e89b-12d3-a456-426614174000';

describe('what a process leaves that dies while it makes a lock', () => {
  let base: string;
  beforeEach(async () => {
    base = await mkdtemp(join(tmpdir(), 'rkt-streams-test-'));
  });
  afterEach(() => rm(base, { recursive: true }));

  const self = async () => {
    const found = await identify(process.pid);
    if (found === undefined) throw new Error('no /proc');
    return found;
  };
  const living = async () => `${process.pid}-${(await self()).startTicks}-1`;

  it('is removed by the next lock of a process', async () => {
    const maker = await living();
    await mkdir(join(base, `.lock-${UUID}-${DEAD}`));
    await writeFile(join(base, `.lock-${UUID}-${DEAD}`, DEAD), '');
    const others = [`.lock-${UUID}-${maker}`, `.lock-${UUID}`, `.other-${UUID}-${DEAD}`];
    for (const name of others) await mkdir(join(base, name));
    const attempt = await lockForProcess(join(base, 'lock'), await self());
    expect((await readdir(base)).sort()).to.deep.equal([...others, 'lock'].sort());
    if ('release' in attempt) await attempt.release();
  });

  it('is removed when the lock files are made', async () => {
    await mkdir(join(base, `.locks-${UUID}-${DEAD}`));
    await writeFile(join(base, `.locks-${UUID}-${DEAD}`, '00.free'), '');
    const exclusive = createLockFiles({ directory: join(base, 'locks'), self: await self() });
    await exclusive('key', () => Promise.resolve());
    expect(await readdir(base)).to.deep.equal(['locks']);
  });

  it('stays when it is something else', async () => {
    const elsewhere = join(base, 'elsewhere');
    await mkdir(elsewhere);
    await writeFile(join(elsewhere, 'precious'), '');
    await symlink(elsewhere, join(base, `.lock-${UUID}-${DEAD}`));
    await mkdir(join(base, `.lock-${UUID}-4194303-1-1`));
    await writeFile(join(base, `.lock-${UUID}-4194303-1-1`, 'precious'), '');
    const attempt = await lockForProcess(join(base, 'lock'), await self());
    expect(await readdir(elsewhere)).to.deep.equal(['precious']);
    expect(await readdir(join(base, `.lock-${UUID}-4194303-1-1`))).to.deep.equal(['precious']);
    if ('release' in attempt) await attempt.release();
  });
});
