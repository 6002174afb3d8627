import { readFile } from 'node:fs/promises';

import { expect } from 'chai';
import { firstValueFrom } from 'rxjs';

import type { Driver, TaskSpecInput } from '../../src/index.ts';
import { openSandbox, type Sandbox } from '../support/sandbox.ts';
import { until } from '../support/until.ts';

const LIMIT = { memoryLimitBytes: 32 * 1024 * 1024 };
/** Doubles a string until the kernel ends the process. */
const HOG = 'x=a; while :; do x=$x$x; done';

describe('a task that reaches its memory limit', function () {
  this.timeout(120_000);
  let sandbox: Sandbox;
  let driver: Driver;

  before(async function () {
    sandbox = await openSandbox(this);
    driver = sandbox.driver();
  });
  after(() => sandbox.close());
  afterEach(async () => {
    for (const { id } of await firstValueFrom(driver.tasks())) await driver.destroyTask(id, { force: true });
    expect(await sandbox.leftovers()).to.deep.equal([]);
  });

  const limited = (id: string, script: string): TaskSpecInput =>
    sandbox.shell(id, script, { resources: LIMIT });
  const exitOf = (id: string, of = driver) => firstValueFrom(of.waitTask(id));
  const output = (id: string) => readFile(driver.inspectTask(id).stdoutPath ?? '', 'utf8');

  it('goes on when a child was killed, and ends with its own code', async () => {
    await driver.startTask(limited('parent', `sh -c '${HOG}'; echo child $?; exit 3`));
    const exit = await exitOf('parent');
    expect(exit).to.include({ exitCode: 3, oomKilled: false, source: 'exit-file' });
    expect(await output('parent')).to.equal('child 137\n');
  });

  it('goes on when a command in it was killed, which ends with 137', async () => {
    await driver.startTask(limited('host', 'echo up; exec sleep 1000'));
    await until('it runs', async () => (await output('host')) === 'up\n');
    const { exitCode, signal } = await driver.execTask('host', ['/bin/sh', '-c', HOG], { timeoutMs: 60_000 });
    expect([exitCode, signal]).to.deep.equal([137, 9]);
    expect(driver.inspectTask('host').phase).to.equal('running');
    await driver.stopTask('host', { timeoutMs: 0 });
    expect((await exitOf('host')).signal).to.equal(9);
  });

  it('was not killed for memory when a signal ended it', async () => {
    await driver.startTask(limited('killed', 'kill -9 $$'));
    expect(await exitOf('killed')).to.include({ signal: 9, oomKilled: false });
  });

  it('is known to have been killed for memory by a driver that comes later', async () => {
    const first = sandbox.driver();
    await first.startTask(limited('later', `until [ -e /tmp/go ]; do sleep 0.05; done; ${HOG}`));
    await first.execTask('later', ['/bin/touch', '/tmp/go']);
    await first.shutdown();
    await driver.recoverTasks();
    expect(await exitOf('later')).to.include({ signal: 9, oomKilled: true, source: 'exit-file' });
  });

  it('takes no other task along, and the driver has its metrics until it ends', async () => {
    await driver.startTask(limited('beside', 'echo up; exec sleep 1000'));
    await driver.startTask(limited('hog', HOG));
    expect(await exitOf('hog')).to.include({ signal: 9, oomKilled: true });
    const usage = await firstValueFrom(driver.taskStats('beside', { intervalMs: 200 }));
    expect(usage.memory.limitBytes).to.equal(LIMIT.memoryLimitBytes);
    expect(driver.inspectTask('beside').phase).to.equal('running');
  });
});
