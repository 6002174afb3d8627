import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';

import { expect } from 'chai';
import { firstValueFrom } from 'rxjs';

import type { Driver, ExitResult, TaskHandle } from '../../src/index.ts';
import type { ProcessId } from '../../src/model/process-id.ts';
import { exitsDirectory, stateDirectory } from '../../src/ops/task-files.ts';
import { createStateStore, type StateStore } from '../../src/registry/state-store.ts';
import { identify, isAlive } from '../../src/sources/process-info.ts';
import { openSandbox, type Sandbox } from '../support/sandbox.ts';
import { until } from '../support/until.ts';

const FOREVER = 'while :; do sleep 1; done';
const RESTARTED = 'exit status unknown: the machine was restarted while the task ran';

describe('a restart of the machine', function () {
  this.timeout(120_000);
  let sandbox: Sandbox;
  let driver: Driver;
  let store: StateStore;
  /** A process that has nothing to do with any task. */
  let foreign: ChildProcess;
  let foreignId: ProcessId;

  before(async function () {
    sandbox = await openSandbox(this);
    store = createStateStore(stateDirectory(sandbox.options.dataDir));
  });
  after(() => sandbox.close());
  beforeEach(async () => {
    driver = sandbox.driver();
    foreign = spawn('sleep', ['1000'], { stdio: 'ignore' });
    await once(foreign, 'spawn');
    foreignId = (await identify(foreign.pid ?? 0)) ?? { pid: 0, startTicks: 0 };
  });
  afterEach(async () => {
    foreign.kill('SIGKILL');
    await driver.shutdown();
    expect(await sandbox.leftovers()).to.deep.equal([]);
  });

  const exitOf = (id: string): Promise<ExitResult> => firstValueFrom(driver.waitTask(id));

  async function leftBehind(id: string): Promise<TaskHandle> {
    const earlier = sandbox.driver();
    const { handle } = await earlier.startTask(sandbox.shell(id, FOREVER));
    await earlier.shutdown();
    return handle;
  }

  /**
   * Leaves a task as a restart does: its processes are gone without a word, and what was kept of them names a process that
   * has the same pid and start time now.
   */
  async function restarted(id: string): Promise<TaskHandle> {
    const { version, state } = await leftBehind(id);
    for (const { pid } of [state.shim, state.process]) {
      process.kill(pid, 'SIGKILL');
      await until('it is gone', () => !existsSync(`/proc/${pid}/exe`));
    }
    const old = { ...foreignId, bootId: 'an-earlier-boot' };
    const handle = { version, state: { ...state, shim: old, process: old } };
    const entry = await store.load(id);
    if (entry === undefined) throw new Error('there is no state of the task');
    await store.save({ ...entry, owner: old, handle });
    return handle;
  }

  it('ends its tasks, and hurts no process that has their pids now', async () => {
    await restarted('stored');
    expect(await driver.recoverTasks()).to.deep.include({ recovered: ['stored'], failures: [] });
    expect(await exitOf('stored')).to.include({ source: 'process-gone', error: RESTARTED });
    await driver.stopTask('stored', { timeoutMs: 0 });
    await driver.destroyTask('stored', { force: true });
    expect(await isAlive(foreignId)).to.equal(true);
  });

  it('ends a task that is recovered by its handle', async () => {
    await driver.recoverTask(await restarted('handed'));
    expect(driver.inspectTask('handed')).to.include({ phase: 'exited' });
    expect(await exitOf('handed')).to.include({ error: RESTARTED });
    await driver.destroyTask('handed');
    expect(await isAlive(foreignId)).to.equal(true);
  });

  it('loses no exit that was written before', async () => {
    const { state } = await restarted('written');
    await mkdir(exitsDirectory(sandbox.options.dataDir), { recursive: true });
    await writeFile(`${exitsDirectory(sandbox.options.dataDir)}/${state.startToken}`, '7\n');
    await driver.recoverTasks();
    expect(await exitOf('written')).to.include({ exitCode: 7, source: 'exit-file' });
    await driver.destroyTask('written');
  });

  it('leaves no start and no destruction with a driver that has another process’s pid now', async () => {
    const old = { ...foreignId, bootId: 'an-earlier-boot' };
    const { state } = await restarted('half');
    const entry = await store.load('half');
    if (entry === undefined) throw new Error('there is no state of the task');
    await store.save({ ...entry, destroyer: old });
    const { handle, ...begun } = entry;
    expect(handle?.state.startToken).to.equal(state.startToken);
    const start = { ...begun, id: 'begun', startToken: 'begun', spec: { ...begun.spec, id: 'begun' } };
    await store.save({ ...start, phase: 'preparing', owner: old, podId: undefined, cgroupPaths: [] });
    const { undone } = await driver.recoverTasks();
    expect(undone).to.have.members(['half', 'begun']);
  });

  it('is not assumed of a task that an older version has started', async () => {
    const { version, state } = await leftBehind('older');
    const older = ({ pid, startTicks }: ProcessId): ProcessId => ({ pid, startTicks });
    const handle = { version, state: { ...state, shim: older(state.shim), process: older(state.process) } };
    expect(state.process).to.have.property('bootId');
    await driver.recoverTask(handle);
    expect(driver.inspectTask('older').phase).to.equal('running');
    await driver.destroyTask('older', { force: true });
  });
});
