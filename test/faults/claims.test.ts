import { expect } from 'chai';

import { stateDirectory } from '../../src/ops/task-files.ts';
import { createStateStore } from '../../src/registry/state-store.ts';
import { leaveDeadStart } from '../support/dead-start.ts';
import { startRacer, type Racer } from '../support/racers.ts';
import { openSandbox, type Sandbox } from '../support/sandbox.ts';
import { until } from '../support/until.ts';

const TRIES = 50;
const FEWER_TRIES = 10;
const AT_ONCE = 5;
const FOREVER = 'while :; do sleep 1; done';

describe('drivers in two processes that want the same id', function () {
  this.timeout(600_000);
  let sandbox: Sandbox;
  let racers: readonly Racer[] = [];

  before(async function () {
    sandbox = await openSandbox(this);
    racers = await Promise.all([startRacer(sandbox.options), startRacer(sandbox.options)]);
  });
  after(async () => {
    await Promise.all(racers.map((racer) => racer.end()));
    await sandbox.close();
  });

  const clean = (what: string): Promise<void> =>
    until(`nothing is left of ${what}`, async () => (await sandbox.leftovers()).length === 0).catch(
      async (error: unknown) => {
        throw new Error((await sandbox.leftovers()).join(', '), { cause: error });
      },
    );
  const storedToken = async (id: string): Promise<string | undefined> =>
    (await createStateStore(stateDirectory(sandbox.options.dataDir)).load(id))?.startToken;
  const racer = (index: number): Racer => {
    const one = racers[index % 2];
    if (one === undefined) throw new Error('no racer');
    return one;
  };

  /** So many tries, some at once; nothing is left of any of them. */
  async function tries(count: number, attempt: (index: number) => Promise<void>): Promise<void> {
    for (let index = 0; index < count; index += AT_ONCE) {
      const batch = Array.from({ length: Math.min(AT_ONCE, count - index) }, (_, i) => attempt(index + i));
      await Promise.all(batch);
      await clean(`the tries up to ${index + batch.length}`);
    }
  }

  it(`one starts it where a start was killed, and the other is refused, in ${TRIES} of ${TRIES} tries`, () =>
    tries(TRIES, async (index) => {
      const id = `start-${index}`;
      await leaveDeadStart(sandbox, id);
      const spec = sandbox.shell(id, FOREVER);
      const outcomes = await Promise.all(racers.map((each) => each.do({ op: 'start', spec })));
      const what = JSON.stringify(outcomes);
      const winner = outcomes.findIndex(({ code }) => code === undefined);
      const ends = outcomes.map(({ code }) => code ?? 'started');
      expect(ends, what).to.have.members(['started', 'RKT_ERR_TASK_EXISTS']);
      expect(await storedToken(id), what).to.equal(outcomes[winner]?.value);
      expect(await racer(winner).do({ op: 'destroy', id, force: true }), what).to.deep.equal({});
    }));

  it(`a destroy never touches what was started anew, in ${TRIES} of ${TRIES} tries`, () =>
    tries(TRIES, async (index) => {
      const id = `renew-${index}`;
      const spec = sandbox.shell(id, FOREVER);
      const [one, other] = [racer(index), racer(index + 1)];
      await one.do({ op: 'start', spec });
      await other.do({ op: 'recover' });
      const [renewed, destroyed] = await Promise.all([
        one.do({ op: 'renew', spec }),
        other.do({ op: 'destroy', id, force: true }),
      ]);
      const what = JSON.stringify({ renewed, destroyed });
      expect([renewed.code, destroyed.code], what).to.deep.equal([undefined, undefined]);
      expect(await storedToken(id), what).to.equal(renewed.value);
      const refused = await one.do({ op: 'destroy', id, force: false });
      expect(refused, what).to.include({ code: 'RKT_ERR_TASK_RUNNING' });
      expect(await one.do({ op: 'destroy', id, force: true }), what).to.deep.equal({});
    }));

  it('a start and a destroy where a start was killed never both fail', () =>
    tries(FEWER_TRIES, async (index) => {
      const id = `either-${index}`;
      await leaveDeadStart(sandbox, id);
      const [one, other] = [racer(index), racer(index + 1)];
      const [started, destroyed] = await Promise.all([
        one.do({ op: 'start', spec: sandbox.shell(id, FOREVER) }),
        other.do({ op: 'destroy', id, force: false }),
      ]);
      const what = JSON.stringify({ started, destroyed });
      if (started.code === undefined) {
        expect(await storedToken(id), what).to.equal(started.value);
        expect(await one.do({ op: 'destroy', id, force: true }), what).to.deep.equal({});
      } else {
        expect([started.code, destroyed.code], what).to.deep.equal(['RKT_ERR_TASK_EXISTS', undefined]);
      }
    }));
});
