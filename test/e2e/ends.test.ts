import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

import { expect } from 'chai';
import { firstValueFrom } from 'rxjs';

import type { Driver, DriverOptions, TaskEvent, TaskHandle } from '../../src/index.ts';
import { taskFiles } from '../../src/ops/task-files.ts';
import { openSandbox, recordEvents, type Sandbox } from '../support/sandbox.ts';
import { handlesSignal } from '../support/handled-signals.ts';
import { until } from '../support/until.ts';

const CHILD = fileURLToPath(new URL('../support/driver-child.ts', import.meta.url));
const FOREVER = 'while :; do sleep 1; done';

describe('the end of a task', function () {
  this.timeout(120_000);
  let sandbox: Sandbox;
  const drivers: Driver[] = [];

  before(async function () {
    sandbox = await openSandbox(this);
  });
  after(() => sandbox.close());
  afterEach(async () => {
    const last = sandbox.driver();
    const { recovered } = await last.recoverTasks();
    for (const id of recovered) await last.destroyTask(id, { force: true });
    await Promise.all([last, ...drivers.splice(0)].map((driver) => driver.shutdown()));
    expect(await sandbox.leftovers()).to.deep.equal([]);
  });

  const open = (more: DriverOptions = {}): Driver => {
    const driver = sandbox.driver(more);
    drivers.push(driver);
    return driver;
  };
  const ended = ({ state }: TaskHandle): Promise<void> =>
    until('its shim has ended', () => !existsSync(`/proc/${state.shim.pid}`));
  const exits = (events: readonly TaskEvent[]): readonly TaskEvent[] =>
    events.filter(({ kind }) => kind === 'exited');

  /** A task that ends with a code, and whose driver was shut down before that. */
  async function leftBehind(id: string, code: number): Promise<TaskHandle> {
    const earlier = sandbox.driver();
    const script = `trap 'exit ${code}' USR1; echo ready; while :; do sleep 0.05; done`;
    const { handle } = await earlier.startTask(sandbox.shell(id, script));
    const { stdout } = taskFiles(sandbox.options.dataDir, handle.state.startToken);
    await until('it is ready', async () => (await readFile(stdout, 'utf8')) !== '');
    await earlier.shutdown();
    process.kill(handle.state.process.pid, 'SIGUSR1');
    await ended(handle);
    return handle;
  }

  /** What a driver publishes when it recovers all tasks. */
  async function recovered(more: DriverOptions = {}): Promise<readonly TaskEvent[]> {
    const driver = open(more);
    const events = recordEvents(driver);
    expect((await driver.recoverTasks()).failures).to.deep.equal([]);
    await driver.shutdown();
    return events;
  }

  it('is published by the driver that finds it, with the time of the end, and by no later one', async () => {
    const handle = await leftBehind('unseen', 9);
    const first = await recovered();
    expect(first.map(({ kind }) => kind)).to.deep.equal(['recovered', 'exited']);
    const [exit] = exits(first);
    expect(exit).to.include({ id: `${handle.state.startToken}.exited`, repeated: true });
    expect(exit?.exitResult).to.include({ exitCode: 9, requested: false });
    expect(exit?.annotations).to.include({ exit_code: '9', requested: 'false' });
    expect(exit?.exitResult?.completedAtMs).to.be.lessThan(exit?.timeMs ?? 0);
    expect((await recovered()).map(({ kind }) => kind)).to.deep.equal(['recovered']);
  });

  it('is published again, with its id, when the driver was killed before it could note it', async () => {
    const task = JSON.stringify(sandbox.shell('killed', 'exit 7'));
    const args = ['--import', 'tsx', CHILD, JSON.stringify(sandbox.options), task, 'exited'];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    const [said] = await Promise.all([text(child.stdout), once(child, 'close')]);
    expect(child.signalCode).to.equal('SIGKILL');
    const [exit] = exits(await recovered());
    expect(exit?.exitResult).to.include({ exitCode: 7 });
    expect(exit).to.include({ id: said.trim().split('\n').at(-1), repeated: true });
    expect(exits(await recovered())).to.deep.equal([]);
  });

  it('is news to a driver of another name, and to each one without a name', async () => {
    await leftBehind('named', 9);
    expect(exits(await recovered({ publisher: 'agent' }))).to.have.length(1);
    expect(exits(await recovered({ publisher: 'nomad' }))).to.have.length(1);
    expect(exits(await recovered({ publisher: '' }))).to.have.length(1);
    expect(exits(await recovered({ publisher: '' }))).to.have.length(1);
    expect(exits(await recovered({ publisher: 'agent' }))).to.have.length(0);
  });

  it('is published by a driver that follows, when the one that started the task has seen it first', async () => {
    const [starter, follower] = [open(), open()];
    const events = recordEvents(follower);
    await starter.startTask(sandbox.shell('crash', 'exit 9'));
    await firstValueFrom(starter.waitTask('crash'));
    const following = follower.followTasks().subscribe({ error: fail });
    await until('it is published', () => exits(events).length > 0);
    // Found again, it is no second end.
    await follower.recoverTasks();
    following.unsubscribe();
    expect(exits(events)).to.have.length(1);
    expect(exits(events)[0]).to.not.have.property('repeated');
  });

  it('is not taken for lost when another driver has destroyed the task', async () => {
    const [starter, follower] = [open(), open()];
    const events = recordEvents(follower);
    const { handle } = await starter.startTask(sandbox.shell('gone', FOREVER));
    await follower.recoverTask(handle);
    await starter.destroyTask('gone', { force: true });
    await follower.recoverTasks();
    await until('it is forgotten', () => events.some(({ kind }) => kind === 'destroyed'));
    expect(exits(events).every(({ exitResult }) => exitResult?.source === 'exit-file')).to.equal(true);
  });

  describe('was requested', () => {
    const requested = async (driver: Driver, id: string): Promise<boolean | undefined> =>
      (await firstValueFrom(driver.waitTask(id))).requested;

    it('by a stop, also of another driver, and says so after a restart', async () => {
      const [starter, other] = [open(), open()];
      const { handle } = await starter.startTask(sandbox.shell('stopped', FOREVER));
      await other.recoverTask(handle);
      await other.stopTask('stopped', { signal: 'SIGTERM' });
      expect([await requested(starter, 'stopped'), await requested(other, 'stopped')]).to.deep.equal([
        true,
        true,
      ]);
      const later = open();
      await later.recoverTasks();
      expect(later.inspectTask('stopped').exitResult?.requested).to.equal(true);
    });

    it('by a stop whose driver did not live to see the end', async () => {
      const starter = open();
      const { handle } = await starter.startTask(sandbox.shell('deaf', `trap '' INT; ${FOREVER}`));
      const stop = starter.stopTask('deaf', { timeoutMs: 60_000 }).catch(() => undefined);
      const note = taskFiles(sandbox.options.dataDir, handle.state.startToken).endRequest('stop');
      await until('the request is noted', () => existsSync(note));
      await starter.shutdown();
      await stop;
      process.kill(handle.state.process.pid, 'SIGKILL');
      await ended(handle);
      const later = open();
      await later.recoverTasks();
      expect(await requested(later, 'deaf')).to.equal(true);
    });

    for (const [signal, script, expected] of [
      ['SIGTERM', FOREVER, true],
      ['SIGTERM', `trap 'exit 1' TERM; ${FOREVER}`, false],
      ['SIGHUP', FOREVER, false],
    ] as const) {
      it(`is ${expected} for ${signal} by signalTask to "${script.slice(0, 18)}"`, async () => {
        const driver = open();
        await driver.startTask(sandbox.shell('signaled', script));
        const { pid = 0 } = driver.inspectTask('signaled');
        if (script.startsWith('trap')) await until('its trap is set', () => handlesSignal(pid, 'SIGTERM'));
        await until('it can take a signal', async () => {
          await driver.signalTask('signaled', signal).catch(() => undefined);
          return driver.inspectTask('signaled').phase === 'exited';
        });
        expect(await requested(driver, 'signaled')).to.equal(expected);
      });
    }

    it('is false for a crash before a stop, and for a signal from outside', async () => {
      const driver = open();
      await driver.startTask(sandbox.shell('crashed', 'exit 3'));
      expect(await requested(driver, 'crashed')).to.equal(false);
      await driver.stopTask('crashed');
      const { handle } = await driver.startTask(sandbox.shell('outside', FOREVER));
      process.kill(handle.state.process.pid, 'SIGTERM');
      expect(await requested(driver, 'outside')).to.equal(false);
    });
  });
});

function fail(error: unknown): void {
  throw error;
}
