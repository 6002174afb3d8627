import { expect } from 'chai';

import { inspectTask, taskSpec } from '../../src/ops/inspect-task.ts';
import { reconcileTask } from '../../src/ops/reconcile-task.ts';
import { signalTask } from '../../src/ops/signal-task.ts';
import { expectRktError, expectRktRejection } from '../support/errors.ts';
import { OpsMachine } from '../support/ops-machine.ts';
import { aNewTask, anExitResult } from '../support/task-specs.ts';
import { until } from '../support/until.ts';

describe('signalTask', () => {
  let machine: OpsMachine;
  beforeEach(async () => {
    machine = await OpsMachine.create();
  });
  afterEach(() => machine.close());

  it('sends the signal to the app, and publishes that', async () => {
    await machine.start();
    await signalTask(machine.ctx, 'web', 'SIGTERM');
    expect(machine.events.at(-1)).to.deep.include({
      kind: 'signaled',
      message: 'Sent SIGTERM',
      annotations: { signal: 'SIGTERM' },
    });
    await until('the shim has ended', () => machine.apps.alive === 0);
    await reconcileTask(machine.ctx, machine.ctx.registry.require('web'));
    expect(machine.ctx.registry.require('web').exitResult).to.deep.include({ signal: 15, requested: true });
  });

  it('does not request the end by a signal that is for something else', async () => {
    await machine.start();
    await signalTask(machine.ctx, 'web', 'SIGUSR1');
    await until('the shim has ended', () => machine.apps.alive === 0);
    await reconcileTask(machine.ctx, machine.ctx.registry.require('web'));
    expect(machine.ctx.registry.require('web').exitResult).to.deep.include({ signal: 10, requested: false });
  });

  it('sends SIGINT for a name that it does not know, with a warning', async () => {
    await machine.start();
    await signalTask(machine.ctx, 'web', 'SIGNOPE');
    expect(machine.events.at(-1)?.annotations).to.deep.equal({ signal: 'SIGINT' });
    expect(machine.logged).to.deep.equal(['Unknown signal; sending SIGINT']);
  });

  it('refuses a task that is not known, that does not run yet, or whose process has ended', async () => {
    const { ctx } = machine;
    await expectRktRejection(signalTask(ctx, 'nope', 'SIGTERM'), 'RKT_ERR_TASK_NOT_FOUND');
    ctx.registry.add(aNewTask('early'));
    const early = await expectRktRejection(signalTask(ctx, 'early', 'SIGTERM'), 'RKT_ERR_TASK_NOT_RUNNING');
    expect(early.message).to.match(/^Task "early" cannot be signaled: it is preparing/);
    await machine.end(await machine.start(), 'SIGKILL');
    const before = machine.events.length;
    await expectRktRejection(signalTask(ctx, 'web', 'SIGTERM'), 'RKT_ERR_TASK_NOT_RUNNING');
    expect(machine.events).to.have.length(before);
  });
});

describe('inspectTask and taskSpec', () => {
  let machine: OpsMachine;
  beforeEach(async () => {
    machine = await OpsMachine.create();
  });
  afterEach(() => machine.close());

  it('say what is known of a task, and what it was started with', async () => {
    const { handle } = await machine.start('web', { allocId: 'alloc-1', env: { TOKEN: 's3cret' } });
    const { registry } = machine.ctx;
    const status = inspectTask(registry, 'web');
    expect(status).to.deep.include({
      id: 'web',
      name: 'web',
      allocId: 'alloc-1',
      phase: 'running',
      state: 'running',
      image: 'test.local/busybox',
      podId: handle.state.podId,
      pid: handle.state.process.pid,
      startedAtMs: handle.state.startedAtMs,
      stdoutPath: handle.state.spec.stdoutPath,
      exitResult: undefined,
      driverAttributes: { pid: String(handle.state.process.pid), pod: handle.state.podId },
    });
    expect(JSON.stringify(status)).to.not.include('s3cret');
    expect(taskSpec(registry, 'web').env).to.deep.equal({ TOKEN: 's3cret' });
  });

  it('say how a task has ended', () => {
    const { registry } = machine.ctx;
    const exitResult = anExitResult({ exitCode: 3, completedAtMs: 7 });
    registry.add(aNewTask('one', { phase: 'exited', exitResult }));
    expect(inspectTask(registry, 'one')).to.deep.include({ state: 'exited', completedAtMs: 7, exitResult });
  });

  it('refuse a task that is not known, in the words of Nomad', () => {
    const { registry } = machine.ctx;
    for (const ask of [inspectTask, taskSpec]) {
      const error = expectRktError(() => ask(registry, 'nope'), 'RKT_ERR_TASK_NOT_FOUND');
      expect(error.message).to.match(/^task not found for given id: "nope"/);
    }
  });
});
