import { rm, writeFile } from 'node:fs/promises';

import { expect } from 'chai';
import { filter, firstValueFrom, timeout } from 'rxjs';

import { expectRktRejection } from '../support/errors.ts';
import { openRoom, type Room } from '../support/room.ts';

describe('a driver whose data directory cannot be made at first', function () {
  this.timeout(120_000);
  let room: Room;

  before(async function () {
    room = await openRoom(this);
  });
  after(() => room.close());

  it('works at the next op and subscription, its samples too', async () => {
    const { dataDir } = room.options;
    await writeFile(dataDir, 'in its place');
    const driver = room.driver();
    await expectRktRejection(driver.recoverTasks());
    await expectRktRejection(driver.startTask(room.shell('web', 'exit 1')));
    await rm(dataDir);
    await driver.startTask(room.shell('web', 'while :; do sleep 0.05; done'));
    const usage = await firstValueFrom(driver.taskStats('web', { intervalMs: 50 }).pipe(timeout(30_000)));
    expect(usage.timestampMs).to.be.greaterThan(0);
    const samples$ = driver.allTaskStats({ intervalMs: 50 }).pipe(filter((all) => all.length > 0));
    expect((await firstValueFrom(samples$.pipe(timeout(30_000)))).map(({ taskId }) => taskId)).to.deep.equal([
      'web',
    ]);
    await driver.destroyTask('web', { force: true });
  });
});
