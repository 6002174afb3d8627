import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect } from 'chai';
import { filter, firstValueFrom, take } from 'rxjs';

import type { Driver, ExitResult, TaskHandle } from '../../src/index.ts';
import { readExitFile } from '../../src/ops/exit-record.ts';
import { exitsDirectory, stateDirectory } from '../../src/ops/task-files.ts';
import { resolveRkt } from '../../src/rkt/resolve-binary.ts';
import { createRktRunner } from '../../src/rkt/command-runner.ts';
import { removePod } from '../../src/rkt/rkt-rm.ts';
import { brokenRkt } from '../support/bad-input/row.ts';
import { expectRktRejection } from '../support/errors.ts';
import { createStateStore } from '../../src/registry/state-store.ts';
import { openSandbox, recordEvents, type Sandbox } from '../support/sandbox.ts';
import { until } from '../support/until.ts';

const FOREVER = 'while :; do sleep 1; done';

describe('recovery', function () {
  this.timeout(60_000);
  let sandbox: Sandbox;
  let driver: Driver;

  before(async function () {
    sandbox = await openSandbox(this);
  });
  after(() => sandbox.close());
  beforeEach(() => {
    driver = sandbox.driver();
  });
  afterEach(async () => {
    for (const { id } of await firstValueFrom(driver.tasks())) await driver.destroyTask(id, { force: true });
    await driver.shutdown();
    expect(await sandbox.leftovers()).to.deep.equal([]);
  });

  const exitOf = (id: string): Promise<ExitResult> => firstValueFrom(driver.waitTask(id));
  const exitFileOf = ({ state }: TaskHandle): string =>
    join(exitsDirectory(sandbox.options.dataDir), state.startToken);
  const hasExit = (handle: TaskHandle): boolean => readExitFile(exitFileOf(handle)) !== undefined;

  /** Starts a task in a driver that is shut down then. */
  async function leftBehind(id: string, script: string): Promise<TaskHandle> {
    const earlier = sandbox.driver();
    const { handle } = await earlier.startTask(sandbox.shell(id, script));
    await earlier.shutdown();
    return handle;
  }

  /** Kills the shim first, so that no one writes the exit down, and then the app. */
  async function killUnseen({ state }: TaskHandle): Promise<void> {
    for (const { pid } of [state.shim, state.process]) {
      process.kill(pid, 'SIGKILL');
      await until('it is gone', () => !existsSync(`/proc/${pid}/exe`));
    }
  }

  async function removeItsPod({ state }: TaskHandle): Promise<void> {
    const binary = await resolveRkt(sandbox.options.rkt);
    await removePod(createRktRunner({ binary, dir: sandbox.options.rktDir }), state.podId);
  }

  it('recovers all tasks of the data directory, with the exit code of those that ended meanwhile', async () => {
    const runs = await leftBehind('runs', FOREVER);
    const ended = await leftBehind('ended', 'exit 5');
    await until('it has ended', () => hasExit(ended));
    const events = recordEvents(driver);
    expect(await driver.recoverTasks()).to.deep.equal({
      recovered: ['runs', 'ended'],
      undone: [],
      failures: [],
    });
    expect(await exitOf('ended')).to.include({ exitCode: 5, source: 'exit-file' });
    expect(driver.inspectTask('runs')).to.include({ phase: 'running', pid: runs.state.process.pid });
    const recovered = events.filter(({ kind }) => kind === 'recovered');
    expect(recovered.map(({ taskId }) => taskId)).to.deep.equal(['runs', 'ended']);
    await driver.stopTask('runs', { signal: 'SIGTERM' });
    expect(await exitOf('runs')).to.include({ signal: 15, source: 'exit-file' });
  });

  it('recovers single tasks by their handles, once', async () => {
    const runs = await leftBehind('runs', FOREVER);
    const ended = await leftBehind('ended', 'exit 6');
    await until('it has ended', () => hasExit(ended));
    const events = recordEvents(driver);
    // Handles travel as text.
    const again = (handle: TaskHandle) =>
      driver.recoverTask(JSON.parse(JSON.stringify(handle)) as TaskHandle);
    await again(runs);
    await again(ended);
    await again(runs);
    expect(await exitOf('ended')).to.include({ exitCode: 6 });
    expect(driver.inspectTask('runs').phase).to.equal('running');
    expect(events.filter(({ kind }) => kind === 'recovered')).to.have.length(2);
  });

  it('finds a task running whose shim was killed, and says at its end that its code is lost', async () => {
    const handle = await leftBehind('orphan', FOREVER);
    process.kill(handle.state.shim.pid, 'SIGKILL');
    await driver.recoverTask(handle);
    expect(driver.inspectTask('orphan').phase).to.equal('running');
    await driver.stopTask('orphan', { timeoutMs: 0 });
    const exit = await exitOf('orphan');
    expect(exit).to.include({ source: 'process-gone' }).and.not.have.property('exitCode');
    expect(exit.error).to.include('shim');
  });

  it('asks rkt for the code when the exit file is lost', async () => {
    const handle = await leftBehind('lost-file', 'exit 4');
    await until('it has ended', () => hasExit(handle));
    await until('its shim has', () => !existsSync(`/proc/${handle.state.shim.pid}`));
    await rm(exitFileOf(handle));
    // Without its state file, which may hold the exit already.
    await removeState(sandbox.options.dataDir, 'lost-file');
    await driver.recoverTask(handle);
    expect(await exitOf('lost-file')).to.include({ exitCode: 4, source: 'rkt-status' });
  });

  it('asks rkt for the code when the exit file is damaged', async () => {
    const handle = await leftBehind('damaged', 'exit 4');
    await until('its shim has ended', () => !existsSync(`/proc/${handle.state.shim.pid}`));
    await writeFile(exitFileOf(handle), '\0\0');
    // Without its state file, which may hold the exit already.
    await removeState(sandbox.options.dataDir, 'damaged');
    await driver.recoverTask(handle);
    expect(await exitOf('damaged')).to.include({ exitCode: 4, source: 'rkt-status' });
  });

  it('knows nothing of a task whose processes and pod were removed', async () => {
    const handle = await leftBehind('gone', 'exec sleep 1000');
    await killUnseen(handle);
    await removeItsPod(handle);
    const events = recordEvents(driver);
    await driver.recoverTask(handle);
    expect(events.map(({ kind }) => kind)).to.deep.equal(['recovered', 'exited']);
    expect(driver.inspectTask('gone')).to.include({ phase: 'unknown', state: 'unknown' });
    expect((await exitOf('gone')).error).to.include('neither its processes nor its pod');
  });

  it('reports those who wait when all of a task is removed behind its back', async () => {
    const { handle } = await driver.startTask(sandbox.shell('robbed', 'exec sleep 1000'));
    const exit = exitOf('robbed');
    await killUnseen(handle);
    await removeItsPod(handle);
    expect((await exit).error).to.match(/neither its processes nor its pod|shim/);
    expect(driver.inspectTask('robbed').phase).to.be.oneOf(['unknown', 'exited']);
  });

  it('does not take a later process with the same pid for the task', async () => {
    const handle = await leftBehind('reused', 'exit 0');
    await until('its shim has ended', () => !existsSync(`/proc/${handle.state.shim.pid}`));
    await rm(exitFileOf(handle));
    const other = { pid: process.pid, startTicks: handle.state.process.startTicks + 1 };
    await driver.recoverTask({ ...handle, state: { ...handle.state, process: other, shim: other } });
    expect(driver.inspectTask('reused').phase).to.equal('exited');
    await driver.stopTask('reused', { timeoutMs: 0 });
    await expectRktRejection(driver.signalTask('reused', 'SIGKILL'), 'RKT_ERR_TASK_NOT_RUNNING');
  });

  it('refuses a handle of another version, and knows no task by it', async () => {
    const handle = await leftBehind('later', 'exit 0');
    const later = { ...handle, version: 2 } as unknown as TaskHandle;
    await expectRktRejection(driver.recoverTask(later), 'RKT_ERR_HANDLE');
    expect(() => driver.inspectTask('later')).to.throw('task not found');
    await driver.recoverTask(handle);
  });

  it('learns of an end by the sweep when its push is missed', async () => {
    const directory = exitsDirectory(sandbox.options.dataDir);
    const { handle } = await driver.startTask(sandbox.shell('missed', FOREVER));
    // A directory that was replaced is not watched any more.
    await rm(directory, { recursive: true });
    await mkdir(directory);
    process.kill(handle.state.process.pid, 'SIGKILL');
    expect(await exitOf('missed')).to.include({ signal: 9, source: 'exit-file' });
  });

  it('reports metrics and events of a recovered task as of any other', async () => {
    const handle = await leftBehind('measured', 'while :; do :; done');
    const events = recordEvents(driver);
    await driver.recoverTask(handle);
    const usages = driver.taskStats('measured', { intervalMs: 100 }).pipe(
      filter(({ cpu }) => (cpu.percent ?? 0) > 0),
      take(1),
    );
    const usage = await firstValueFrom(usages);
    expect(usage.source).to.match(/^cgroup-v[12]$/);
    expect(usage.memory.usageBytes ?? usage.memory.rssBytes).to.be.greaterThan(0);
    const all = await firstValueFrom(
      driver.allTaskStats({ intervalMs: 100 }).pipe(filter((tick) => tick.length > 0)),
    );
    expect(all.map(({ taskId }) => taskId)).to.deep.equal(['measured']);
    await driver.stopTask('measured', { timeoutMs: 0 });
    expect(events.map(({ kind }) => kind)).to.deep.equal(['recovered', 'stopping', 'killed', 'exited']);
  });

  it('answers a stop and two who wait at once, and a stop after the end', async () => {
    await driver.recoverTask(await leftBehind('waited', FOREVER));
    const waits = [exitOf('waited'), exitOf('waited')];
    await Promise.all([driver.stopTask('waited', { signal: 'SIGTERM' }), driver.stopTask('waited')]);
    const results = await Promise.all(waits);
    expect(results[0]).to.have.property('signal');
    expect(results[1]).to.equal(results[0]);
    await driver.stopTask('waited', { timeoutMs: 60_000 });
    expect(await exitOf('waited')).to.equal(results[0]);
  });

  it('destroys a task it was never reported of, with all it finds of it', async () => {
    const handle = await leftBehind('stranger', FOREVER);
    await expectRktRejection(driver.destroyTask('unknown', { force: true }), 'RKT_ERR_TASK_NOT_FOUND');
    await driver.destroyTask('stranger', { force: true });
    expect(existsSync(`/proc/${handle.state.process.pid}`)).to.equal(false);
    expect(await sandbox.leftovers()).to.deep.equal([]);
    await leftBehind('done', 'exit 2');
    await until('it can be destroyed', async () =>
      driver.destroyTask('done').then(
        () => true,
        () => false,
      ),
    );
    expect(await sandbox.leftovers()).to.deep.equal([]);
  });

  for (const [name, begin] of [
    ['by itself', (later: Driver) => firstValueFrom(later.fingerprint())],
    ['when it recovers tasks', (later: Driver) => later.recoverTasks()],
  ] as const) {
    it(`finishes ${name} what a driver that died has begun to destroy`, async () => {
      await leftBehind('half', FOREVER);
      await leftBehind('whole', FOREVER);
      const store = createStateStore(stateDirectory(sandbox.options.dataDir));
      const entry = await store.load('half');
      if (entry === undefined) throw new Error('there is no state of the task');
      await store.save({ ...entry, destroyer: { pid: process.pid, startTicks: 1 } });
      await begin(driver);
      await until('it is gone', async () => (await store.load('half')) === undefined);
      expect(await store.load('whole')).to.not.equal(undefined);
      await driver.destroyTask('whole', { force: true });
    });
  }

  it('undoes later what a failed start could not undo, and at once what is to be destroyed', async () => {
    const dir = await mkdtemp(join(sandbox.base, 'rkt-'));
    const rkt = await brokenRkt(sandbox, dir, 'run-prepared|rm', 'exit 254');
    const broken = sandbox.driver({ rkt });
    await Promise.all(
      ['half', 'other'].map((id) =>
        expectRktRejection(broken.startTask(sandbox.shell(id, 'exit 0')), 'RKT_ERR_LAUNCH'),
      ),
    );
    expect(await sandbox.leftovers()).to.not.deep.equal([]);
    await driver.destroyTask('other', { force: true });
    expect(await driver.recoverTasks()).to.deep.include({ recovered: [], undone: ['half'] });
    expect(await sandbox.leftovers()).to.deep.equal([]);
    await broken.shutdown();
  });

  it('takes the id of a start that could not be undone', async () => {
    const dir = await mkdtemp(join(sandbox.base, 'rkt-'));
    const rkt = await brokenRkt(sandbox, dir, 'run-prepared|rm', 'exit 254');
    const broken = sandbox.driver({ rkt });
    await expectRktRejection(broken.startTask(sandbox.shell('again', 'exit 0')), 'RKT_ERR_LAUNCH');
    await driver.startTask(sandbox.shell('again', 'exit 3'));
    expect(await exitOf('again')).to.include({ exitCode: 3 });
    await broken.shutdown();
  });
});

async function removeState(dataDir: string, taskId: string): Promise<void> {
  const directory = join(dataDir, 'state');
  const names = await readdir(directory);
  await Promise.all(names.filter((name) => name.includes(taskId)).map((name) => rm(join(directory, name))));
}
