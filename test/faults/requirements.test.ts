import { expect } from 'chai';
import Mocha from 'mocha';

import { requires, skipFor } from '../support/requirements.ts';

const VARIABLE = 'RKT_STREAMS_TEST_REQUIRE';

describe('what tests require of the machine', () => {
  const saved = process.env[VARIABLE];
  afterEach(() => {
    if (saved === undefined) Reflect.deleteProperty(process.env, VARIABLE);
    else process.env[VARIABLE] = saved;
  });

  it('skips a test, with the reason in its name', async () => {
    process.env[VARIABLE] = '';
    const { pending, failed } = await runTests((suite) => {
      suite.addTest(new Mocha.Test('runs a pod', skip));
    });
    expect(pending).to.deep.equal(['runs a pod (no kernel here)']);
    expect(failed).to.deep.equal([]);
  });

  it('skips all tests of a block, nested ones included, with the reason in the name of each', async () => {
    process.env[VARIABLE] = '';
    const { pending, ran } = await runTests((suite, pass) => {
      suite.beforeAll(skip);
      suite.addTest(new Mocha.Test('one', pass));
      suite.addTest(new Mocha.Test('two', pass));
      Mocha.Suite.create(suite, 'inner').addTest(new Mocha.Test('three', pass));
    });
    expect(pending).to.deep.equal(['one', 'two', 'three'].map((name) => `${name} (no kernel here)`));
    expect(ran).to.equal(0);
  });

  it('skips the current test alone in a hook before each', async () => {
    process.env[VARIABLE] = '';
    const { pending } = await runTests((suite, pass) => {
      suite.beforeEach(skip);
      suite.addTest(new Mocha.Test('one', pass));
    });
    expect(pending).to.deep.equal(['one (no kernel here)']);
  });

  it('fails the tests where the variable lists what is missing', async () => {
    process.env[VARIABLE] = 'xz,kernel';
    const { pending, failed } = await runTests((suite) => {
      suite.addTest(new Mocha.Test('runs a pod', skip));
    });
    expect(pending).to.deep.equal([]);
    expect(failed).to.deep.equal(['RKT_STREAMS_TEST_REQUIRE lists kernel: no kernel here']);
  });

  it('fails for a name that no test knows', async () => {
    process.env[VARIABLE] = 'chromum';
    const { failed } = await runTests((suite) => {
      suite.addTest(new Mocha.Test('runs a pod', skip));
    });
    expect(failed[0]).to.match(/^RKT_STREAMS_TEST_REQUIRE: "chromum" is none of root, /);
  });

  it('runs a test whose requirements are met', async () => {
    const { ran, failed } = await runTests((suite, pass) => {
      suite.addTest(
        new Mocha.Test('runs', function (this: Mocha.Context) {
          requires(this);
          pass();
        }),
      );
    });
    expect([ran, failed]).to.deep.equal([1, []]);
  });
});

function skip(this: Mocha.Context): void {
  skipFor(this, 'kernel', 'no kernel here');
}

interface Outcome {
  readonly pending: readonly string[];
  readonly failed: readonly string[];
  readonly ran: number;
}

/** Runs a suite of its own, in this process. */
async function runTests(fill: (suite: Mocha.Suite, pass: () => void) => void): Promise<Outcome> {
  const mocha = new Mocha({ reporter: Mocha.reporters.Base });
  let ran = 0;
  fill(Mocha.Suite.create(mocha.suite, 'suite'), () => (ran += 1));
  const pending: string[] = [];
  const failed: string[] = [];
  return new Promise((resolve) => {
    const runner = mocha.run(() => resolve({ pending, failed, ran }));
    runner.on('pending', ({ title }) => pending.push(title));
    runner.on('fail', (_, error: Error) => failed.push(error.message));
  });
}
