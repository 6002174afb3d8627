import { expect } from 'chai';
import { firstValueFrom } from 'rxjs';

import type { Driver } from '../../src/index.ts';
import { readProcess } from '../../src/sources/process-info.ts';
import { openRoom, type Room } from '../support/room.ts';
import { until } from '../support/until.ts';

const FOREVER = 'trap "exit 3" TERM; while :; do sleep 0.05; done';
/** All that a process may be sent, but those of a fault of its own and those that nothing can catch. */
const SIGNALS = [1, 2, 3, 5, 6, 10, 12, 13, 14, 15, 16, 20, 21, 22, 24, 25, 26, 27, 29, 30, 31, 34, 50, 64];

describe('a shim or an app that was stopped or signalled', function () {
  this.timeout(120_000);
  let room: Room;
  let driver: Driver;

  before(async function () {
    room = await openRoom(this);
    driver = room.driver();
  });
  after(() => room.close());

  const begin = async (id: string) => (await driver.startTask(room.shell(id, FOREVER))).handle.state;
  async function suspend(pid: number): Promise<void> {
    process.kill(pid, 'SIGSTOP');
    await until('it is stopped', async () => (await readProcess(pid))?.state === 'T');
  }

  for (const who of ['shim', 'process'] as const) {
    it(`stops a task whose ${who} is stopped, with its exit code`, async () => {
      const state = await begin(`stopped-${who}`);
      await suspend(state[who].pid);
      await driver.stopTask(`stopped-${who}`, { signal: 'SIGTERM', timeoutMs: 20_000 });
      const exit = await firstValueFrom(driver.waitTask(`stopped-${who}`));
      expect(exit).to.include({ exitCode: 3, source: 'exit-file' });
      await driver.destroyTask(`stopped-${who}`);
    });

    it(`destroys a task by force whose ${who} is stopped`, async () => {
      const state = await begin(`forced-${who}`);
      await suspend(state[who].pid);
      await driver.destroyTask(`forced-${who}`, { force: true });
      expect(await room.leftovers()).to.deep.equal([]);
    });
  }

  it('loses no exit code by a signal to the shim', async () => {
    const { shim } = await begin('signalled');
    const kill = (signal: number): boolean => process.kill(shim.pid, signal);
    SIGNALS.forEach(kill);
    await driver.stopTask('signalled', { signal: 'SIGTERM', timeoutMs: 20_000 });
    const exit = await firstValueFrom(driver.waitTask('signalled'));
    expect(exit).to.include({ exitCode: 3, source: 'exit-file' });
    await driver.destroyTask('signalled');
  });
});
