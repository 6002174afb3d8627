import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect } from 'chai';

import { recoverAll } from '../../src/ops/recover-all.ts';
import { recoverTask } from '../../src/ops/recover-task.ts';
import { reconcileTask } from '../../src/ops/reconcile-task.ts';
import type { StartedTask } from '../../src/ops/start-task.ts';
import { taskFiles } from '../../src/ops/task-files.ts';
import { expectRktRejection } from '../support/errors.ts';
import { OpsMachine, type MachineFacts } from '../support/ops-machine.ts';
import { REFUSALS } from '../support/recorded-rkt.ts';

describe('recoverTask', () => {
  let machine: OpsMachine;
  let started: StartedTask;
  beforeEach(async () => {
    machine = await OpsMachine.create();
    started = await machine.start();
    machine.events.length = 0;
    machine.rkt.commands.length = 0;
  });
  afterEach(() => machine.close());

  const kinds = (): readonly string[] => machine.events.map(({ kind }) => kind);

  it('knows a running task again, by its handle alone, without asking rkt', async () => {
    await machine.killDriverOf();
    const other = await machine.otherDriver();
    await machine.run(recoverTask(other, started.handle));
    const { podId, process, startedAtMs } = started.handle.state;
    expect(other.registry.require('web')).to.deep.include({ phase: 'running', podId, process, startedAtMs });
    expect(machine.events.map(({ kind, annotations }) => [kind, annotations])).to.deep.equal([
      ['recovered', { pod: podId }],
    ]);
    expect(machine.rkt.commands).to.deep.equal([]);
  });

  it('becomes the owner of the state file of a driver that has died, and of no other', async () => {
    const other = await machine.otherDriver({ owner: { ...machine.ctx.owner, startTicks: 7 } });
    await machine.run(recoverTask(other, started.handle));
    expect((await machine.stored())?.owner).to.deep.equal(machine.ctx.owner);
    await machine.killDriverOf();
    const third = await machine.otherDriver({ owner: { ...machine.ctx.owner, startTicks: 7 } });
    await machine.run(recoverTask(third, started.handle));
    expect((await machine.stored())?.owner.startTicks).to.equal(7);
  });

  it('writes a state file where there is none', async () => {
    await machine.ctx.store.remove(machine.ctx.registry.require('web'));
    const other = await machine.otherDriver();
    await machine.run(recoverTask(other, started.handle));
    expect((await machine.stored())?.handle).to.deep.equal(started.handle);
  });

  it('finds the exit code of an app that ended while no driver was there', async () => {
    await machine.end(started, 'SIGTERM');
    await machine.killDriverOf();
    const other = await machine.otherDriver();
    await machine.run(recoverTask(other, started.handle));
    const { phase, exitResult } = other.registry.require('web');
    expect(phase).to.equal('exited');
    expect(exitResult).to.deep.include({ exitCode: 143, signal: 15, requested: false, source: 'exit-file' });
    expect(kinds()).to.deep.equal(['recovered', 'exited']);
  });

  it('does not publish an end again that an earlier driver of this name has published', async () => {
    await machine.end(started, 'SIGTERM');
    await machine.run(reconcileTask(machine.ctx, machine.ctx.registry.require('web')));
    expect(kinds()).to.deep.equal(['exited']);
    const file = taskFiles(machine.dataDir, started.handle.state.startToken).published('driver');
    await writeFile(file, `${JSON.stringify({ owner: { pid: 4_194_304, startTicks: 1 }, instance: 'x' })}\n`);
    const other = await machine.otherDriver();
    await machine.run(recoverTask(other, started.handle));
    expect(kinds()).to.deep.equal(['exited', 'recovered']);
    const named = await machine.otherDriver({ publisher: 'another' });
    await machine.run(recoverTask(named, started.handle));
    expect(kinds().slice(2)).to.deep.equal(['recovered', 'exited']);
  });

  it('asks rkt where the shim was killed, which cannot know the exit code of fly', async () => {
    await machine.apps.close();
    await machine.killDriverOf();
    const other = await machine.otherDriver();
    await machine.run(recoverTask(other, started.handle));
    const { phase, exitResult } = other.registry.require('web');
    expect(phase).to.equal('exited');
    expect(exitResult?.exitCode).to.equal(undefined);
    expect(exitResult?.source).to.equal('process-gone');
    expect(exitResult?.error).to.match(/^exit status unknown: /);
    expect(machine.rkt.commands).to.deep.equal([`status --format=json ${started.handle.state.podId}`]);
  });

  it('reports the saved exit of a task whose destroy was cut short: its exit file may be gone', async () => {
    await machine.end(started, 'SIGTERM');
    await machine.run(reconcileTask(machine.ctx, machine.ctx.registry.require('web')));
    await rm(taskFiles(machine.dataDir, started.handle.state.startToken).exitFile);
    machine.rkt.answer('status', REFUSALS.podGone);
    await machine.killDriverOf();
    const other = await machine.otherDriver();
    await machine.run(recoverTask(other, started.handle));
    const { phase, exitResult } = other.registry.require('web');
    expect(phase).to.equal('exited');
    expect(exitResult).to.deep.include({ exitCode: 143, signal: 15 });
  });

  it('gives up a task of which nothing is left, and leaves no state file for it', async () => {
    await machine.apps.close();
    await machine.ctx.store.remove(machine.ctx.registry.require('web'));
    machine.rkt.answer('status', REFUSALS.podGone);
    const other = await machine.otherDriver();
    await machine.run(recoverTask(other, started.handle));
    expect(other.registry.require('web')).to.deep.include({ phase: 'unknown' });
    expect(await machine.stored()).to.equal(undefined);
  });

  it('recovers a task all the same that rkt cannot be asked about, and says so in the log', async () => {
    await machine.apps.close();
    await machine.killDriverOf();
    const other = await machine.otherDriver({ runner: () => Promise.reject(new Error('no rkt')) });
    await machine.run(recoverTask(other, started.handle));
    expect(other.registry.require('web').phase).to.equal('running');
    expect(machine.logged).to.have.length(1);
  });

  it('does nothing for a task that is known', async () => {
    await machine.run(recoverTask(machine.ctx, started.handle));
    expect(machine.events).to.deep.equal([]);
  });

  for (const [what, handle, message] of [
    ['is missing', undefined, /without its handle/],
    ['is of another version', { version: 2, state: {} }, /handle\.version/],
    ['is no handle', { hello: 1 }, /handle/],
  ] as const) {
    it(`refuses a handle that ${what}`, async () => {
      const other = await machine.otherDriver();
      const error = await expectRktRejection(recoverTask(other, handle), 'RKT_ERR_HANDLE');
      expect(error.message).to.match(message);
      expect(other.registry.list()).to.deep.equal([]);
    });
  }
});

describe('recoverAll', () => {
  let machine: OpsMachine;
  let before: MachineFacts;
  beforeEach(async () => {
    machine = await OpsMachine.create();
    before = machine.facts();
  });
  afterEach(() => machine.close());

  it('recovers tasks that run and tasks that have ended, and undoes what was not finished', async () => {
    await machine.start('runs');
    await machine.end(await machine.start('ended'), 'SIGTERM');
    const { handle } = await machine.start('half');
    for (const id of ['runs', 'ended']) await machine.killDriverOf(id);
    await machine.killDriverOf('half', { phase: 'starting', handle: undefined });
    // As it is where the driver has died before the app was there.
    const files = taskFiles(machine.dataDir, handle.state.startToken);
    await rename(join(files.directory, `shim.${handle.state.shim.pid}`), files.ticket);
    process.kill(handle.state.process.pid, 'SIGKILL');
    const other = await machine.otherDriver();
    const { recovered, undone, failures } = await machine.run(recoverAll(other));
    expect({ recovered: [...recovered].sort(), undone, failures }).to.deep.equal({
      recovered: ['ended', 'runs'],
      undone: ['half'],
      failures: [],
    });
    expect(
      other.registry
        .list()
        .map(({ id, phase }) => `${id} ${phase}`)
        .sort(),
    ).to.deep.equal(['ended exited', 'runs running']);
    expect(machine.facts().files.join()).to.not.include(handle.state.startToken);
    expect(machine.rkt.pods.has(handle.state.podId)).to.equal(false);
  });

  it('removes by its tag the pod of a start that had not noted it yet', async () => {
    const { handle } = await machine.start();
    await machine.apps.close();
    const { podId: _, ...entry } = await machine.killDriverOf('web', {
      phase: 'preparing',
      handle: undefined,
    });
    await machine.ctx.store.save({ ...entry, cgroupPaths: handle.state.cgroupPaths });
    const other = await machine.otherDriver();
    expect((await machine.run(recoverAll(other))).undone).to.deep.equal(['web']);
    expect(machine.rkt.commands.slice(-2)).to.deep.equal(['list --format=json', `rm ${handle.state.podId}`]);
    expect(machine.facts()).to.deep.equal({ ...before, tasks: ['web running'] });
  });

  it('waits for the `rkt prepare` of a driver that has died, and revokes one that has not begun', async () => {
    const { handle } = await machine.start();
    await machine.apps.close();
    await machine.killDriverOf('web', { phase: 'preparing', handle: undefined });
    const files = taskFiles(machine.dataDir, handle.state.startToken);
    await writeFile(files.prepareLock, '');
    machine.rkt.lines.length = 0;
    const other = await machine.otherDriver();
    await machine.run(recoverAll(other));
    expect(machine.rkt.lines).to.deep.equal([
      ['flock', '--exclusive', '--timeout', '1', files.prepareLock, 'true'],
    ]);
  });

  it('leaves a start alone whose driver lives', async () => {
    await machine.start();
    const entry = { ...(await machine.killDriverOf('web', { phase: 'starting', handle: undefined })) };
    await machine.ctx.store.save({ ...entry, owner: machine.ctx.owner });
    const facts = machine.facts();
    const other = await machine.otherDriver();
    expect(await machine.run(recoverAll(other))).to.deep.equal({ recovered: [], undone: [], failures: [] });
    expect(machine.facts()).to.deep.equal(facts);
  });

  it('keeps a start that cannot be undone for the next try, and says why', async () => {
    await machine.start();
    await machine.apps.close();
    await machine.killDriverOf('web', { phase: 'starting', handle: undefined });
    machine.rkt.answer('rm', REFUSALS.podRuns);
    const other = await machine.otherDriver();
    const { undone, failures } = await machine.run(recoverAll(other));
    expect(undone).to.deep.equal([]);
    expect(failures.map(({ error }) => error.code)).to.deep.equal(['RKT_ERR_RKT_FAILED']);
    expect((await machine.stored())?.abandoned).to.equal(true);
    machine.rkt.answer('rm', undefined);
    expect((await machine.run(recoverAll(other))).undone).to.deep.equal(['web']);
    expect(machine.facts()).to.deep.equal({ ...before, tasks: ['web running'] });
  });

  it('reports a state file that cannot be read, and recovers the others', async () => {
    await machine.start();
    await mkdir(machine.ctx.store.directory, { recursive: true });
    await writeFile(join(machine.ctx.store.directory, 'broken.json'), '{');
    const other = await machine.otherDriver();
    const { recovered, failures } = await machine.run(recoverAll(other));
    expect(recovered).to.deep.equal(['web']);
    expect(failures.map(({ file, error }) => [file, error.code])).to.deep.equal([
      [join(machine.ctx.store.directory, 'broken.json'), 'RKT_ERR_STATE_FILE'],
    ]);
  });

  it('forgets a task that another driver has destroyed', async () => {
    await machine.end(await machine.start(), 'SIGTERM');
    const { registry, store } = machine.ctx;
    await machine.run(reconcileTask(machine.ctx, registry.require('web')));
    await store.remove(registry.require('web'));
    await machine.run(recoverAll(machine.ctx));
    expect(registry.list()).to.deep.equal([]);
    expect(machine.events.at(-1)?.kind).to.equal('destroyed');
  });
});
