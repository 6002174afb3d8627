import { expect } from 'chai';

import type { TaskSpecInput } from '../../src/index.ts';
import { RktError } from '../../src/model/rkt-error.ts';
import { startTask } from '../../src/ops/start-task.ts';
import { expectRktRejection } from '../support/errors.ts';
import { OpsMachine, aTask, type MachineFacts } from '../support/ops-machine.ts';
import { REFUSALS } from '../support/recorded-rkt.ts';
import { HALF_POD, START_FAILURES, config, type StartFailure } from '../support/start-failures.ts';
import { until } from '../support/until.ts';

describe('a start that fails', () => {
  let machine: OpsMachine;
  beforeEach(async () => {
    machine = await OpsMachine.create();
  });
  afterEach(() => machine.close());

  for (const failure of START_FAILURES) {
    it(`when ${failure.step}, leaves the machine as it was`, async () => {
      await failure.arrange?.(machine);
      const ctx = { ...machine.ctx, ...(await failure.context?.(machine)) };
      const task = withDirectory(aTask('web', failure.task), machine.dir);
      const before = await factsOf(machine);
      const error = await machine.run(expectRktRejection(startTask(ctx, task), failure.code));
      expect(error.message).to.match(failure.message);
      await until('the shims have ended', () => machine.apps.alive === 0);
      expect(await factsOf(machine)).to.deep.equal(before);
      // A removal is repeated until the shim, a real process beside a clock that is not, has let go of the pod.
      expect([...new Set(undoing(machine))]).to.deep.equal(failure.undoing ?? []);
      expect(machine.logged).to.deep.equal([]);
      expectEvents(machine, failure, error);
    });
  }

  it('keeps its state, for the next driver to try again, when something cannot be undone', async () => {
    machine.rkt.answer('rm', REFUSALS.podRuns);
    const task = aTask('web', config({ net: ['default'] }));
    await machine.run(expectRktRejection(startTask(machine.ctx, task), 'RKT_ERR_ISOLATION'));
    expect(machine.logged).to.deep.equal(['Could not roll back a step of a failed start']);
    expect(machine.rkt.commands.filter((command) => command.startsWith('rm '))).to.have.length(11);
    const entry = await machine.stored();
    expect(entry).to.deep.include({ id: 'web', phase: 'preparing', abandoned: true });
    expect(machine.ctx.registry.list()).to.deep.equal([]);
    expect(machine.events.map(({ kind }) => kind)).to.deep.equal(['failed']);
  });

  it('publishes nothing when the driver was shut down meanwhile, and takes everything back', async () => {
    const before = await factsOf(machine);
    machine.rkt.answer('prepare', () => {
      machine.shutdown.abort(new RktError('RKT_ERR_SHUTDOWN', ''));
      machine.ctx.registry.close();
      return Promise.resolve(REFUSALS.imageMissing);
    });
    await machine.run(expectRktRejection(startTask(machine.ctx, aTask('web')), 'RKT_ERR_IMAGE'));
    expect(machine.events).to.deep.equal([]);
    expect({ ...(await factsOf(machine)), tasks: [] }).to.deep.equal(before);
  });

  it('touches nothing for a task that is not valid', async () => {
    const before = await factsOf(machine);
    const task = { id: 'web', config: { image: '' } };
    const error = await machine.run(expectRktRejection(startTask(machine.ctx, task), 'RKT_ERR_TASK_CONFIG'));
    expect(error.message).to.include('task.config.image');
    expect([await factsOf(machine), machine.rkt.commands]).to.deep.equal([before, []]);
  });

  it('leaves the task alone that has its id', async () => {
    const { handle } = await machine.start();
    const before = await factsOf(machine);
    await machine.run(expectRktRejection(startTask(machine.ctx, aTask('web')), 'RKT_ERR_TASK_EXISTS'));
    expect(await factsOf(machine)).to.deep.equal(before);
    expect((await machine.stored())?.handle).to.deep.equal(handle);
  });
});

/** With what the state file says, which is not in the names of files. */
async function factsOf(machine: OpsMachine): Promise<MachineFacts & { readonly state: unknown }> {
  const state = await machine.stored().catch(() => 'cannot be read');
  return { ...machine.facts(), state };
}

/** What rkt was asked after `rkt prepare`. */
function undoing({ rkt }: OpsMachine): readonly string[] {
  const at = rkt.commands.findIndex((command) => command.startsWith('prepare '));
  const uuid = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/;
  const asked =
    at === -1 ? [] : rkt.commands.slice(at + 1).filter((command) => !command.startsWith('status'));
  return asked.map((command) => (command.includes(HALF_POD) ? command : command.replace(uuid, 'POD')));
}

function expectEvents({ events }: OpsMachine, { isKnown, before = [] }: StartFailure, error: RktError): void {
  expect(events.map(({ kind }) => kind)).to.deep.equal([...before, ...(isKnown ? ['failed'] : [])]);
  if (!isKnown) return;
  const { message, annotations } = events.at(-1) ?? {};
  expect(message).to.equal(`Start failed: ${error.message}`);
  expect(annotations).to.deep.equal({ error: error.message, code: error.code });
}

function withDirectory(task: TaskSpecInput, directory: string): TaskSpecInput {
  return JSON.parse(JSON.stringify(task).replaceAll('@DIR@', directory)) as TaskSpecInput;
}
