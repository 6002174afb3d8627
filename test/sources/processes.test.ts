import { spawn } from 'node:child_process';
import { once } from 'node:events';

import { expect } from 'chai';

import { createProcesses } from '../../src/sources/processes.ts';

type ReadUsage = NonNullable<NonNullable<Parameters<typeof createProcesses>[0]>['readUsage']>;

describe('createProcesses', () => {
  it('measures a living process and leaves out a dead one', async () => {
    const child = spawn('true', { stdio: 'ignore' });
    await once(child, 'exit');
    const values = await createProcesses().sample([process.pid, child.pid ?? 0]);
    expect([...values.keys()]).to.deep.equal([process.pid]);
    expect(values.get(process.pid)?.cpuNs).to.be.above(0);
    expect(values.get(process.pid)?.rssBytes).to.be.above(1_000_000);
  });

  it('asks for nothing when there are no processes', async () => {
    const processes = createProcesses({ readUsage: () => Promise.reject(new Error('asked')) });
    expect((await processes.sample([])).size).to.equal(0);
  });

  it('reads a pid once for all who ask at the same time', async () => {
    const asked: number[][] = [];
    let answer: (usages: Awaited<ReturnType<ReadUsage>>) => void = () => undefined;
    const processes = createProcesses({
      readUsage: (pids) => {
        asked.push(pids);
        return new Promise((resolve) => {
          answer = resolve;
        });
      },
    });
    const both = [processes.sample([5]), processes.sample([5])];
    answer({ 5: { ctime: 30, memory: 4_096 } });
    for (const values of await Promise.all(both)) {
      expect(values.get(5)).to.deep.equal({ cpuNs: 30_000_000, rssBytes: 4_096 });
    }
    expect(asked).to.deep.equal([[5]]);
  });

  it('leaves a refused pid alone until its descriptor was closed', async () => {
    let now = 0;
    const asked: number[][] = [];
    const readUsage: ReadUsage = (pids) => {
      asked.push(pids);
      return Promise.resolve({ 6: { ctime: 0, memory: 1 } });
    };
    const processes = createProcesses({ readUsage, nowMs: () => now });
    await processes.sample([5, 6]);
    await processes.sample([5, 6]);
    now = 20_000;
    await processes.sample([5, 6]);
    expect(asked).to.deep.equal([[5, 6], [6], [5, 6]]);
  });

  it('passes a failure on and asks again the next time', async () => {
    let fails = true;
    const readUsage: ReadUsage = () =>
      fails ? Promise.reject(new Error('no getconf')) : Promise.resolve({ 5: { ctime: 10, memory: 1 } });
    const processes = createProcesses({ readUsage });
    const message = await processes.sample([5]).then(
      () => 'fulfilled',
      (error: unknown) => String(error),
    );
    expect(message).to.contain('no getconf');
    fails = false;
    expect((await processes.sample([5])).size).to.equal(1);
  });

  it('takes metrics that are no numbers for none', async () => {
    const processes = createProcesses({ readUsage: () => Promise.resolve({ 5: { ctime: NaN, memory: 1 } }) });
    expect((await processes.sample([5])).size).to.equal(0);
  });
});
