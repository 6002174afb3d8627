import { existsSync } from 'node:fs';

import { expect } from 'chai';
import { firstValueFrom, lastValueFrom, type Observable } from 'rxjs';

import { createDriver, type Driver } from '../../src/index.ts';
import { expectRktRejection } from '../support/errors.ts';
import { handlesSignal } from '../support/handled-signals.ts';
import { openSandbox, recordEvents, type Sandbox } from '../support/sandbox.ts';
import { until } from '../support/until.ts';

const FOREVER = 'while :; do sleep 1; done';

describe('two drivers of one data directory', function () {
  this.timeout(60_000);
  let sandbox: Sandbox;
  let driver: Driver;
  let other: Driver;

  before(async function () {
    sandbox = await openSandbox(this);
  });
  after(() => sandbox.close());
  beforeEach(() => {
    driver = sandbox.driver();
    other = sandbox.driver();
  });
  afterEach(async () => {
    await Promise.all([driver.shutdown(), other.shutdown()]);
    // A command of rkt that the shutdown has killed takes a moment.
    await until('nothing is left', async () => (await sandbox.leftovers()).length === 0);
  });

  const phaseIn = async (one: Driver, id: string): Promise<string | undefined> =>
    (await firstValueFrom(one.tasks())).find((task) => task.id === id)?.phase;

  it('see what the other starts and destroys while they follow', async () => {
    const events = recordEvents(other);
    const following = other.followTasks().subscribe({ error: fail });
    await driver.startTask(sandbox.shell('one', FOREVER));
    await until('the other knows it', async () => (await phaseIn(other, 'one')) === 'running');
    await driver.destroyTask('one', { force: true });
    await until('the other has forgotten it', async () => (await phaseIn(other, 'one')) === undefined);
    expect(events.map(({ kind }) => kind)).to.deep.equal(['recovered', 'exited', 'destroyed']);
    following.unsubscribe();
  });

  it('see what was and what is started when they were created to follow', async () => {
    await driver.startTask(sandbox.shell('before', FOREVER));
    const follower = createDriver({ ...sandbox.options, follow: true });
    follower.setConfig({ volumes_enabled: false, cgroup_parent: sandbox.options.cgroupParent });
    await until('it knows the first', async () => (await phaseIn(follower, 'before')) === 'running');
    await driver.startTask(sandbox.shell('after', FOREVER));
    await until('it knows the second', async () => (await phaseIn(follower, 'after')) === 'running');
    for (const id of ['before', 'after']) await driver.destroyTask(id, { force: true });
    await until('it has forgotten them', async () => (await firstValueFrom(follower.tasks())).length === 0);
    await follower.shutdown();
  });

  it('both learn the end of a task, the caller that started it', async () => {
    const { handle } = await driver.startTask(sandbox.shell('both', FOREVER));
    await other.recoverTask(handle);
    const ends = Promise.all([driver, other].map((one) => firstValueFrom(one.waitTask('both'))));
    await other.stopTask('both', { signal: 'SIGTERM' });
    for (const end of await ends) expect(end).to.include({ signal: 15, source: 'exit-file' });
    await driver.destroyTask('both');
  });

  it('cannot start the same id', async () => {
    await driver.startTask(sandbox.shell('same', FOREVER));
    await expectRktRejection(other.startTask(sandbox.shell('same', 'exit 0')), 'RKT_ERR_TASK_EXISTS');
    expect(driver.inspectTask('same').phase).to.equal('running');
    await driver.destroyTask('same', { force: true });
  });

  it('end alone: a shutdown ends its streams and leaves the tasks and the other driver be', async () => {
    const { handle } = await driver.startTask(sandbox.shell('kept', FOREVER));
    await other.recoverTask(handle);
    const streams: Readonly<Record<string, Observable<unknown>>> = {
      fingerprint: driver.fingerprint(),
      taskEvents: driver.taskEvents(),
      taskStats: driver.taskStats('kept'),
      allTaskStats: driver.allTaskStats(),
      tasks: driver.tasks(),
      hostStats: driver.hostStats(),
      followTasks: driver.followTasks(),
    };
    const ends = Object.entries(streams).map(async ([name, stream$]) => {
      await lastValueFrom(stream$, { defaultValue: undefined });
      return name;
    });
    const waiting = expectRktRejection(firstValueFrom(driver.waitTask('kept')), 'RKT_ERR_SHUTDOWN');
    await firstValueFrom(driver.taskStats('kept'));
    await driver.shutdown();
    await waiting;
    expect(await Promise.all(ends)).to.deep.equal(Object.keys(streams));
    expect(existsSync(`/proc/${handle.state.process.pid}`)).to.equal(true);
    expect(other.inspectTask('kept').phase).to.equal('running');
    await other.destroyTask('kept', { force: true });
  });

  it('refuse every op after their shutdown', async () => {
    const { handle } = await driver.startTask(sandbox.shell('after', FOREVER));
    await driver.shutdown();
    const ops: Readonly<Record<string, () => Promise<unknown>>> = {
      start: () => driver.startTask(sandbox.shell('x', 'exit 0')),
      stop: () => driver.stopTask('after'),
      destroy: () => driver.destroyTask('after', { force: true }),
      signal: () => driver.signalTask('after', 'SIGHUP'),
      exec: () => driver.execTask('after', ['/bin/true']),
      execStreaming: () => driver.execTaskStreaming('after', { cmd: ['/bin/true'] }),
      recover: () => driver.recoverTask(handle),
      recoverAll: () => driver.recoverTasks(),
      wait: () => firstValueFrom(driver.waitTask('after')),
    };
    for (const op of Object.values(ops)) await expectRktRejection(op(), 'RKT_ERR_SHUTDOWN');
    await driver.shutdown();
    await other.recoverTask(handle);
    expect(other.inspectTask('after').phase).to.equal('running');
    await other.destroyTask('after', { force: true });
  });

  it('end what they wait for at their shutdown', async () => {
    await driver.startTask(sandbox.shell('deaf', `trap '' INT; ${FOREVER}`));
    const { pid = 0 } = driver.inspectTask('deaf');
    await until('its trap is set', () => handlesSignal(pid, 'SIGINT'));
    const stop = expectRktRejection(driver.stopTask('deaf', { timeoutMs: 20_000 }), 'RKT_ERR_SHUTDOWN');
    await until('it is stopping', () => driver.inspectTask('deaf').phase === 'stopping');
    await driver.shutdown();
    await stop;
    await other.recoverTasks();
    await other.destroyTask('deaf', { force: true });
  });
});

function fail(error: unknown): void {
  throw error;
}
