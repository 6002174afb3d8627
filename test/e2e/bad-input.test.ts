import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';

import { expect } from 'chai';
import { firstValueFrom } from 'rxjs';

import { ERROR_CATALOGUE, type Driver } from '../../src/index.ts';
import { CONFIGURATION } from '../support/bad-input/configuration.ts';
import { IMAGES } from '../support/bad-input/images.ts';
import { MACHINE } from '../support/bad-input/machine.ts';
import { HANGS, brokenRkt, stageOf, type Row } from '../support/bad-input/row.ts';
import { TASKS } from '../support/bad-input/tasks.ts';
import { VOLUMES_AND_PORTS } from '../support/bad-input/volumes-and-ports.ts';
import { expectRktRejection } from '../support/errors.ts';
import { openSandbox, type Sandbox } from '../support/sandbox.ts';

const TABLE: readonly Row[] = [...CONFIGURATION, ...IMAGES, ...VOLUMES_AND_PORTS, ...TASKS, ...MACHINE];

/** Found before anything is touched: there, one task afterwards proves it for all. */
const CHECKED_FIRST = /_(?:OPTIONS|CONFIG|VOLUME|VOLUME_ESCAPE|DNS|NOT_FOUND|SIGNAL|OUTPUT|EXEC_COMMAND)$/;

describe('bad input gets its error and leaves nothing behind', function () {
  this.timeout(60_000);
  let sandbox: Sandbox;
  let driver: Driver;
  let others: Driver[] = [];

  before(async function () {
    sandbox = await openSandbox(this);
    driver = sandbox.driver();
  });
  after(async () => {
    try {
      await worksAsBefore();
    } finally {
      await sandbox.close();
    }
  });
  afterEach(async () => {
    await Promise.all(others.map((other) => other.shutdown()));
    others = [];
    for (const { id } of await firstValueFrom(driver.tasks())) await driver.destroyTask(id, { force: true });
  });

  for (const row of TABLE) {
    it(`${row.what}: ${row.code}`, async () => {
      const stage = stageOf(sandbox, driver, await mkdtemp(join(sandbox.base, 'row-')), others);
      if (row.beside) await driver.startTask(sandbox.shell('good', 'sleep 1000'));

      const error = await expectRktRejection(
        Promise.resolve().then(() => row.act(stage)),
        row.code,
      );
      for (const word of row.names) {
        if (typeof word === 'string') expect(error.message).to.include(word);
        else expect(error.message).to.match(word);
      }
      expect(error.message).to.include(ERROR_CATALOGUE[row.code].remedy);

      if (row.beside) {
        expect(driver.inspectTask('good').phase).to.equal('running');
        await driver.destroyTask('good', { force: true });
      }
      expect(await sandbox.leftovers()).to.deep.equal([]);
      if (!CHECKED_FIRST.test(row.code)) await worksAsBefore();
    });
  }

  it('an rkt that hangs in version, prints garbage or is missing: not healthy, and why', async () => {
    const dir = await mkdtemp(join(sandbox.base, 'row-'));
    const health = async (rkt: string): Promise<string> => {
      const one = sandbox.driver({ rkt, rktTimeoutMs: 1_000 });
      const { health: state, description } = await firstValueFrom(one.fingerprint());
      await one.shutdown();
      return `${state}: ${description}`;
    };
    expect(await health(await brokenRkt(sandbox, dir, 'version', HANGS))).to.match(
      /^(?:undetected|unhealthy): .*did not exit/,
    );
    expect(await health(await brokenRkt(sandbox, dir, 'version', 'echo odd; exit 0'))).to.match(
      /^(?:undetected|unhealthy): .*odd/,
    );
    expect(await health('/nowhere/rkt')).to.match(/^(?:undetected|unhealthy): .*\/nowhere\/rkt/);
  });

  async function worksAsBefore(): Promise<void> {
    await driver.startTask(sandbox.shell('after', 'exit 0'));
    expect(await firstValueFrom(driver.waitTask('after'))).to.include({ exitCode: 0, source: 'exit-file' });
    await driver.destroyTask('after');
    expect(await firstValueFrom(driver.tasks())).to.deep.equal([]);
    expect(await sandbox.leftovers()).to.deep.equal([]);
  }
});
