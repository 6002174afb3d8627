import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect } from 'chai';

import { RktError } from '../../src/model/rkt-error.ts';
import { followTasks } from '../../src/ops/follow-tasks.ts';
import type { Recovery } from '../../src/ops/recover-all.ts';
import { identify } from '../../src/sources/process-info.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { anOpsContext } from '../support/ops-context.ts';
import { aStoredTask } from '../support/stored-tasks.ts';
import { until } from '../support/until.ts';

/** The kernel gives no pid as high as this. */
const DEAD = { pid: 4_194_304, startTicks: 1 };

describe('followTasks', () => {
  let directory: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'rkt-streams-test-'));
  });
  afterEach(() => rm(directory, { recursive: true }));

  it('tries an undoing that failed again after a while, and not at each change', async () => {
    const clock = new ManualClock();
    const asked: number[] = [];
    const ctx = await anOpsContext(directory, {
      scheduler: clock,
      runner: () => {
        asked.push(clock.now());
        return Promise.reject(new RktError('RKT_ERR_RKT_MISSING', 'there is no rkt here'));
      },
    });
    await ctx.store.create(aStoredTask('dead', {}, { phase: 'preparing', owner: DEAD, cgroupPaths: [] }));
    const recoveries: Recovery[] = [];
    const following = followTasks(ctx).subscribe({
      next: (recovery) => recoveries.push(recovery),
      error: (error: unknown) => expect.fail(String(error)),
    });
    const failed = () => recoveries.filter(({ failures }) => failures.length > 0);
    const next = (count: number) =>
      until(`recovery ${count}`, async () => {
        await clock.advance(50);
        return recoveries.length >= count;
      });
    await until('it was tried', () => recoveries.length === 1);
    expect(recoveries[0]?.failures.map(({ error }) => error.code)).to.deep.equal(['RKT_ERR_RKT_MISSING']);
    const owner = await identify(process.pid);
    expect(owner).to.not.equal(undefined);
    await ctx.store.create(aStoredTask('other', {}, { phase: 'preparing', ...(owner && { owner }) }));
    await next(2);
    expect(asked).to.deep.equal([0]);
    await clock.advance(5_000 - clock.now());
    // until it is over, as it ends with writing to the state file
    await until('it was tried again', () => failed().length === 2);
    expect(asked).to.deep.equal([0, 5_000]);
    following.unsubscribe();
  });
});
