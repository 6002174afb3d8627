import { rm, writeFile } from 'node:fs/promises';

import { expect } from 'chai';
import { filter, firstValueFrom, timeout } from 'rxjs';

import { expectRktRejection } from '../support/errors.ts';
import { openSandbox, type Sandbox } from '../support/sandbox.ts';

describe('a driver whose data directory cannot be made at first', function () {
  this.timeout(120_000);
  let sandbox: Sandbox;

  before(async function () {
    sandbox = await openSandbox(this);
  });
  after(() => sandbox.close());

  it('works at the next op and subscription, its samples too', async () => {
    const { dataDir } = sandbox.options;
    await writeFile(dataDir, 'in its place');
    const driver = sandbox.driver();
    await expectRktRejection(driver.recoverTasks());
    await expectRktRejection(driver.startTask(sandbox.shell('web', 'exit 1')));
    await rm(dataDir);
    await driver.startTask(sandbox.shell('web', 'while :; do sleep 0.05; done'));
    const usage = await firstValueFrom(driver.taskStats('web', { intervalMs: 50 }).pipe(timeout(30_000)));
    expect(usage.timestampMs).to.be.greaterThan(0);
    const samples$ = driver.allTaskStats({ intervalMs: 50 }).pipe(filter((all) => all.length > 0));
    expect((await firstValueFrom(samples$.pipe(timeout(30_000)))).map(({ taskId }) => taskId)).to.deep.equal([
      'web',
    ]);
    await driver.destroyTask('web', { force: true });
  });
});
