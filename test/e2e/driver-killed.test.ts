import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import { expect } from 'chai';
import { firstValueFrom } from 'rxjs';

import { random } from '../support/random.ts';
import { openSandbox, type Sandbox } from '../support/sandbox.ts';
import { until } from '../support/until.ts';

const CHILD = fileURLToPath(new URL('../support/driver-child.ts', import.meta.url));
const MOMENTS = 50;
const SEED = Number(process.env['SEED'] ?? Date.now() % 1_000_000);

describe('a driver that is killed', function () {
  this.timeout(400_000);
  let sandbox: Sandbox;
  /** How long a whole life takes here: moments are drawn from it. */
  let lifeMs: number;

  before(async function () {
    sandbox = await openSandbox(this);
    // The image is imported once, so that the moments fall into the life of the task.
    const driver = sandbox.driver();
    await driver.startTask(sandbox.shell('first', 'exit 0'));
    await firstValueFrom(driver.waitTask('first'));
    await driver.destroyTask('first');
    lifeMs = await wholeLife('whole');
  });
  after(() => sandbox.close());

  it(`leaves every task known or gone, at ${MOMENTS} moments (seed ${SEED})`, async () => {
    const draw = random(SEED);
    const reached = new Map<string, number>();
    for (let moment = 0; moment < MOMENTS; moment += 1) {
      const last = await liveAndDie(`task-${moment}`, draw() * lifeMs);
      reached.set(last, (reached.get(last) ?? 0) + 1);
      const what = `moment ${moment}, killed when ${last}`;

      const driver = sandbox.driver();
      const { recovered, undone, failures } = await driver.recoverTasks();
      expect(failures, what).to.deep.equal([]);
      // After its exit, the driver was at destroying it, which is finished.
      if (last === 'started') expect(undone, what).to.deep.equal([]);
      for (const id of recovered) {
        expect(await firstValueFrom(driver.waitTask(id)), what).to.include({
          exitCode: 7,
          source: 'exit-file',
        });
        await driver.destroyTask(id);
      }
      await driver.shutdown();
      // An rkt command of the killed driver may still be at it.
      await until(`nothing is left of ${what}`, async () => (await sandbox.leftovers()).length === 0);
    }
    expect(reached.size, `only killed when ${[...reached.keys()].join()}`).to.be.greaterThan(1);
  });

  /** Starts a driver process that has one task, and waits until it is ready. */
  async function begin(id: string) {
    const task = sandbox.shell(id, 'sleep 0.1; exit 7');
    const args = ['--import', 'tsx', CHILD, JSON.stringify(sandbox.options), JSON.stringify(task)];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    const lines = createInterface(child.stdout);
    const ended = once(child, 'close');
    let last = '';
    lines.on('line', (line) => (last = line));
    await Promise.race([once(lines, 'line'), ended]);
    return { child, ended, last: () => last };
  }

  /** Returns how long it took from ready to the end. */
  async function wholeLife(id: string): Promise<number> {
    const { ended } = await begin(id);
    const beganMs = performance.now();
    await ended;
    return performance.now() - beganMs;
  }

  /** Kills a driver process after a while; returns what it said last. */
  async function liveAndDie(id: string, afterMs: number): Promise<string> {
    const { child, ended, last } = await begin(id);
    await Promise.race([delay(afterMs), ended]);
    child.kill('SIGKILL');
    await ended;
    return last();
  }
});
