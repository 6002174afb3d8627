import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect } from 'chai';

import { destroyTask } from '../../src/ops/destroy-task.ts';
import { rediscoverTask } from '../../src/ops/rediscover-task.ts';
import { readProcess } from '../../src/sources/process-info.ts';
import { expectRktRejection } from '../support/errors.ts';
import { anOpsContext } from '../support/ops-context.ts';
import { aStoredTask } from '../support/stored-tasks.ts';

describe('rediscoverTask', () => {
  let directory: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'rkt-streams-test-'));
  });
  afterEach(() => rm(directory, { recursive: true }));

  it('finds nothing where nothing was written', async () => {
    const ctx = await anOpsContext(directory);
    const error = await expectRktRejection(rediscoverTask(ctx, 'a/b/c'), 'RKT_ERR_TASK_NOT_FOUND');
    expect(error.message).to.match(/^task not found for given id: "a\/b\/c"/);
  });

  it('leaves a start alone whose driver lives', async () => {
    const ctx = await anOpsContext(directory);
    const self = await readProcess(process.pid);
    const owner = { pid: process.pid, startTicks: self?.startTicks ?? 0 };
    await ctx.store.create(aStoredTask('mine', {}, { phase: 'preparing', owner }));
    const error = await expectRktRejection(destroyTask(ctx, 'mine', { force: true }), 'RKT_ERR_TASK_RUNNING');
    expect(error.message).to.include('another driver is starting it');
    expect(await ctx.store.load('mine')).to.not.equal(undefined);
  });
});
