import { expect } from 'chai';

import type { ErrorCode } from '../../src/model/error-catalogue.ts';
import { driverConfigSchema } from '../../src/model/driver-config.ts';
import { RktError } from '../../src/model/rkt-error.ts';
import type { OpsContext } from '../../src/ops/ops-context.ts';
import { destroyTask } from '../../src/ops/destroy-task.ts';
import { finishDestroys } from '../../src/ops/finish-destroy.ts';
import { reconcileTask } from '../../src/ops/reconcile-task.ts';
import { expectRktRejection } from '../support/errors.ts';
import { DEAD_PROCESS, OpsMachine, type MachineFacts } from '../support/ops-machine.ts';
import { REFUSALS } from '../support/recorded-rkt.ts';
import { aNewTask } from '../support/task-specs.ts';

const broken = (): Promise<never> => Promise.reject(new RktError('RKT_ERR_CGROUP', 'the cgroup is busy'));

/** A step of a destruction that fails. */
interface Failure {
  readonly step: string;
  readonly context?: (ctx: OpsContext) => Partial<OpsContext>;
  readonly arrange?: (machine: OpsMachine) => void;
  readonly code: ErrorCode;
}

const FAILURES: readonly Failure[] = [
  {
    step: 'what is left in the cgroup is killed',
    context: ({ cgroups }) => ({
      cgroups: { ...cgroups, open: (paths) => ({ ...cgroups.open(paths), kill: broken }) },
    }),
    code: 'RKT_ERR_CGROUP',
  },
  {
    step: 'the pod is removed',
    arrange: ({ rkt }) => rkt.answer('rm', REFUSALS.podRuns),
    code: 'RKT_ERR_RKT_FAILED',
  },
  {
    step: 'rkt is looked for',
    context: () => ({ runner: () => Promise.reject(new RktError('RKT_ERR_RKT_MISSING', 'no rkt')) }),
    code: 'RKT_ERR_RKT_MISSING',
  },
  {
    step: 'the cgroup is removed',
    context: ({ cgroups }) => ({
      cgroups: { ...cgroups, open: (paths) => ({ ...cgroups.open(paths), remove: broken }) },
    }),
    code: 'RKT_ERR_CGROUP',
  },
  {
    step: 'the state file is removed',
    context: ({ store }) => ({
      store: { ...store, remove: () => Promise.reject(new RktError('RKT_ERR_STATE_FILE', 'read-only')) },
    }),
    code: 'RKT_ERR_STATE_FILE',
  },
];

describe('destroyTask', () => {
  let machine: OpsMachine;
  let before: MachineFacts;
  beforeEach(async () => {
    machine = await OpsMachine.create();
    before = machine.facts();
  });
  afterEach(() => machine.close());

  /** Starts a task that ends by itself. */
  async function ended(): Promise<string> {
    const started = await machine.start();
    await machine.end(started, 'SIGTERM');
    await machine.run(reconcileTask(machine.ctx, machine.ctx.registry.require('web')));
    machine.rkt.commands.length = 0;
    return started.handle.state.podId;
  }
  const destroy = (ctx = machine.ctx, options = {}): Promise<void> =>
    machine.run(destroyTask(ctx, 'web', options));

  it('removes pod, cgroup, files and state of a task that has ended, and says so', async () => {
    const podId = await ended();
    await destroy();
    expect(machine.facts()).to.deep.equal(before);
    expect(machine.rkt.commands).to.deep.equal([`rm ${podId}`]);
    expect(machine.events.at(-1)).to.deep.include({
      kind: 'destroyed',
      message: 'Removed pod, cgroup and files',
      annotations: { pod: podId },
    });
  });

  it('refuses a task that runs, and changes nothing', async () => {
    await machine.start();
    const [facts, events] = [machine.facts(), machine.events.length];
    const error = await expectRktRejection(destroyTask(machine.ctx, 'web'), 'RKT_ERR_TASK_RUNNING');
    expect(error.message).to.match(/^cannot destroy running task "web"/);
    expect([machine.facts(), machine.events.length]).to.deep.equal([facts, events]);
  });

  it('kills a task that runs when it is forced to', async () => {
    machine.watch();
    await machine.start();
    await destroy(machine.ctx, { force: true });
    expect(machine.facts()).to.deep.equal(before);
    expect(machine.events.slice(2).map(({ kind }) => kind)).to.deep.equal([
      'stopping',
      'killed',
      'exited',
      'destroyed',
    ]);
  });

  it('leaves the pod to rkt gc where the configuration says so', async () => {
    const podId = await ended();
    await destroy({ ...machine.ctx, driverConfig: () => driverConfigSchema.parse({ gc: { pod: false } }) });
    expect(machine.facts()).to.deep.include({ pods: [`${podId} exited`], cgroups: [], files: [], tasks: [] });
    expect(machine.rkt.commands).to.deep.equal([]);
    expect(machine.events.at(-1)?.message).to.include('rkt gc');
  });

  it('has the image collected later where the configuration says so', async () => {
    const podId = await ended();
    const considered: string[] = [];
    await destroy({
      ...machine.ctx,
      driverConfig: () => driverConfigSchema.parse({ gc: { image: true } }),
      imageGc: { consider: (image) => considered.push(image) },
    });
    expect(considered).to.have.length(1);
    expect(considered[0]).to.match(/^sha512-[0-9a-f]{64,}$/);
    expect(machine.rkt.commands).to.deep.equal([`status --format=json ${podId}`, `rm ${podId}`]);
  });

  it('takes a pod that is gone already for removed', async () => {
    await ended();
    machine.rkt.answer('rm', REFUSALS.podGone);
    await destroy();
    expect(machine.facts()).to.deep.include({ tasks: [], files: [], cgroups: [] });
  });

  for (const { step, context, arrange, code } of FAILURES) {
    it(`keeps the task when it fails as ${step}, and is done when it is tried again`, async () => {
      await ended();
      arrange?.(machine);
      const ctx = { ...machine.ctx, ...context?.(machine.ctx) };
      await machine.run(expectRktRejection(destroyTask(ctx, 'web'), code));
      expect(machine.facts().tasks).to.deep.equal(['web exited']);
      expect(machine.events.at(-1)?.kind).to.equal('exited');
      // The caller that finds it after this driver has died goes on with it.
      expect((await machine.stored())?.destroyer).to.deep.equal(machine.ctx.owner);
      machine.rkt.answer('rm', undefined);
      await destroy();
      expect(machine.facts()).to.deep.equal(before);
      expect(machine.events.filter(({ kind }) => kind === 'destroyed')).to.have.length(1);
    });
  }

  it('destroys by its id what another driver has started', async () => {
    await ended();
    const other = await machine.otherDriver();
    await destroy(other);
    expect(machine.facts()).to.deep.equal({ ...before, tasks: ['web exited'] });
    expect(other.registry.list()).to.deep.equal([]);
  });

  it('undoes by its id a start that its driver did not live to finish', async () => {
    await ended();
    await machine.killDriverOf('web', { phase: 'starting', handle: undefined, exitResult: undefined });
    const other = await machine.otherDriver();
    await destroy(other);
    expect(machine.facts()).to.deep.equal({ ...before, tasks: ['web exited'] });
  });

  it('refuses a task that is being started, and one that is not known', async () => {
    machine.ctx.registry.add(aNewTask('early'));
    const early = await expectRktRejection(destroyTask(machine.ctx, 'early'), 'RKT_ERR_TASK_RUNNING');
    expect(early.message).to.match(/^cannot destroy running task "early": it is preparing/);
    await expectRktRejection(destroyTask(machine.ctx, 'nope'), 'RKT_ERR_TASK_NOT_FOUND');
  });

  describe('finishDestroys', () => {
    it('goes on where a driver has died while it destroyed', async () => {
      await ended();
      await machine.killDriverOf('web', { destroyer: DEAD_PROCESS });
      const other = await machine.otherDriver();
      await machine.run(finishDestroys(other));
      expect(machine.facts()).to.deep.equal({ ...before, tasks: ['web exited'] });
    });

    it('leaves alone what no one has begun to destroy, or another driver still does', async () => {
      await ended();
      const facts = machine.facts();
      const other = await machine.otherDriver();
      await machine.run(finishDestroys(other));
      await machine.ctx.store.save({ ...(await machine.killDriverOf()), destroyer: machine.ctx.owner });
      await machine.run(finishDestroys(other));
      expect(machine.facts()).to.deep.equal(facts);
    });

    it('reports what cannot be finished in the log, and keeps it', async () => {
      await ended();
      await machine.killDriverOf('web', { destroyer: DEAD_PROCESS });
      machine.rkt.answer('rm', REFUSALS.podRuns);
      const other = await machine.otherDriver();
      await machine.run(finishDestroys(other));
      expect(machine.logged).to.have.length(1);
      expect(await machine.stored()).to.not.equal(undefined);
    });
  });
});
