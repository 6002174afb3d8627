import { readFile, writeFile } from 'node:fs/promises';

import { expect } from 'chai';
import { firstValueFrom } from 'rxjs';

import type { Driver } from '../../src/index.ts';
import { openRoom, type Room } from '../support/room.ts';

const OWN = '/proc/self/oom_score_adj';
const SCRIPT = 'cat /proc/self/oom_score_adj; umask';

describe('what an app inherits from a driver with an OOM score and a umask', function () {
  let room: Room;
  let driver: Driver;
  let score: string;
  let umask: number;

  before(async function () {
    room = await openRoom(this);
    driver = room.driver();
    score = await readFile(OWN, 'utf8');
    await writeFile(OWN, '300');
    umask = process.umask(0o077);
  });
  after(async () => {
    process.umask(umask);
    await writeFile(OWN, score);
    await room.close();
  });

  it('is neither, for a task', async () => {
    await driver.startTask(room.shell('one', SCRIPT));
    await firstValueFrom(driver.waitTask('one'));
    expect(await readFile(driver.inspectTask('one').stdoutPath ?? '', 'utf8')).to.equal('0\n0022\n');
    await driver.destroyTask('one');
  });

  it('is neither, for a command in it', async () => {
    await driver.startTask(room.shell('two', 'sleep 600'));
    const { stdout } = await driver.execTask('two', ['/bin/sh', '-c', SCRIPT]);
    expect(stdout).to.equal('0\n0022\n');
    await driver.destroyTask('two', { force: true });
  });
});
