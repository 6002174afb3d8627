import { expect } from 'chai';

import { stopTask } from '../../src/ops/stop-task.ts';
import { expectRktError, expectRktRejection } from '../support/errors.ts';
import { OpsMachine } from '../support/ops-machine.ts';
import { aNewTask } from '../support/task-specs.ts';

/** Longer than any process takes, in virtual time. */
const LONG_MS = 10_000_000;

describe('stopTask', () => {
  let machine: OpsMachine;
  beforeEach(async () => {
    machine = await OpsMachine.create();
    machine.watch();
  });
  afterEach(() => machine.close());

  const since = (count: number): readonly unknown[] =>
    machine.events.slice(count).map(({ kind, message, annotations }) => [kind, message, annotations]);
  const stop = (options?: Parameters<typeof stopTask>[2]): Promise<void> =>
    machine.run(stopTask(machine.ctx, 'web', options));

  it('sends SIGINT, waits for the end, and publishes both', async () => {
    await machine.start();
    await stop({ timeoutMs: LONG_MS });
    const { exitResult, phase } = machine.ctx.registry.require('web');
    expect(phase).to.equal('exited');
    expect(exitResult).to.deep.include({ exitCode: 130, signal: 2, requested: true, source: 'exit-file' });
    expect(since(2)).to.deep.equal([
      [
        'stopping',
        'Stopping with SIGINT, SIGKILL follows after 10000 s',
        { signal: 'SIGINT', timeout_ms: '10000000' },
      ],
      [
        'exited',
        'Ended by SIGINT',
        {
          exit_code: '130',
          signal: '2',
          oom_killed: 'false',
          requested: 'true',
          completed_at_ms: String(exitResult?.completedAtMs),
          source: 'exit-file',
        },
      ],
    ]);
    expect(machine.rkt.commands.filter((command) => command.startsWith('stop'))).to.deep.equal([]);
  });

  for (const [signal, number] of [
    ['SIGTERM', 15],
    ['term', 15],
    ['', 2],
  ] as const) {
    it(`takes the signal "${signal}"`, async () => {
      await machine.start();
      await stop({ timeoutMs: LONG_MS, signal });
      expect(machine.ctx.registry.require('web').exitResult?.signal).to.equal(number);
    });
  }

  it('kills at once without a timeout', async () => {
    await machine.start();
    await stop({ timeoutMs: 0 });
    expect(machine.ctx.registry.require('web').exitResult).to.deep.include({ signal: 9, requested: true });
    expect(machine.events.slice(2).map(({ kind }) => kind)).to.deep.equal(['stopping', 'killed', 'exited']);
    expect(machine.events[2]?.annotations).to.deep.equal({ signal: 'SIGKILL', timeout_ms: '0' });
  });

  it('kills what ignores the signal when its time is over', async () => {
    machine.apps.launch = { kind: 'ignores' };
    await machine.start();
    await stop({ timeoutMs: 100 });
    expect(machine.ctx.registry.require('web').exitResult).to.deep.include({ exitCode: 137, signal: 9 });
    expect(machine.events.slice(2).map(({ kind }) => kind)).to.deep.equal(['stopping', 'killed', 'exited']);
  });

  it('notes for later drivers that the end is requested, before anything else is done', async () => {
    machine.apps.launch = { kind: 'ignores' };
    const { handle } = await machine.start();
    let seen: readonly string[] = [];
    machine.ctx.registry.events$.subscribe(({ kind }) => {
      if (kind === 'killed') seen = machine.facts().files;
    });
    await stop({ timeoutMs: 100 });
    expect(seen).to.include(`tasks/${handle.state.startToken}/end-requested.stop`);
  });

  it('writes the end down', async () => {
    await machine.start();
    await stop({ timeoutMs: LONG_MS });
    await machine.run(storedState());
    expect((await machine.stored())?.exitResult).to.deep.equal(
      machine.ctx.registry.require('web').exitResult,
    );
    async function storedState(): Promise<void> {
      while ((await machine.stored())?.phase !== 'exited') await new Promise(setImmediate);
    }
  });

  it('does nothing to a task that has ended', async () => {
    await machine.start();
    await stop({ timeoutMs: 0 });
    const before = machine.events.length;
    await stop();
    expect(machine.events).to.have.length(before);
  });

  it('stops a task for two callers at once', async () => {
    await machine.start();
    await Promise.all([stop({ timeoutMs: LONG_MS }), stop({ timeoutMs: LONG_MS })]);
    expect(machine.events.slice(2).map(({ kind }) => kind)).to.deep.equal(['stopping', 'stopping', 'exited']);
  });

  it('refuses a task that is not known, one that has not started, and what is no signal or time', async () => {
    const { ctx } = machine;
    const unknown = await expectRktRejection(stopTask(ctx, 'nope'), 'RKT_ERR_TASK_NOT_FOUND');
    expect(unknown.message).to.match(/^task not found for given id: "nope"/);
    ctx.registry.add(aNewTask('early'));
    const early = await expectRktRejection(stopTask(ctx, 'early'), 'RKT_ERR_TASK_NOT_RUNNING');
    expect(early.message).to.match(/^Task "early" is still preparing/);
    await machine.start();
    const before = machine.facts();
    const signal = await expectRktRejection(stopTask(ctx, 'web', { signal: 'SIGNOPE' }), 'RKT_ERR_SIGNAL');
    expect(signal.message).to.include('"SIGNOPE"');
    await expectRktRejection(stopTask(ctx, 'web', { timeoutMs: -1 }));
    expect(machine.facts()).to.deep.equal(before);
    expectRktError(() => ctx.registry.remove('web'), 'RKT_ERR_TRANSITION');
  });
});
