import { expect } from 'chai';

import { NO_DATA, limitOf, withEvent, withSamples, withTasks } from '../../../src/cli/top/top-data.ts';
import type { TaskEvent } from '../../../src/model/task-event.ts';
import { aStatus, aUsage } from '../../support/top-tasks.ts';

describe('data of top', () => {
  const running = withTasks(NO_DATA, [aStatus('a'), aStatus('b')]);

  it('collects what tasks use, with gaps', () => {
    const one = withSamples(running, [{ taskId: 'a', usage: aUsage(50, 10) }]);
    const two = withSamples(one, [{ taskId: 'b', usage: aUsage(100, 20) }]);
    expect(two.tasks.map(({ cpu }) => cpu)).to.deep.equal([
      [0.5, undefined],
      [undefined, 1],
    ]);
    expect(two.tasks[0]?.usage).to.equal(undefined);
    expect(two.tasks[1]?.memory).to.deep.equal([undefined, 20]);
  });

  it('keeps the stats of a task through changes, but not those of another start', () => {
    const measured = withSamples(running, [{ taskId: 'a', usage: aUsage(50, 10) }]);
    const exited = withTasks(measured, [aStatus('a', { phase: 'exited' })]);
    expect(exited.tasks[0]).to.deep.include({ cpu: [0.5], usage: undefined });
    expect(withSamples(exited, []).tasks[0]?.cpu).to.deep.equal([0.5]);
    const again = withTasks(exited, [aStatus('a', { startedAtMs: 99 })]);
    expect(again.tasks[0]?.cpu).to.deep.equal([]);
  });

  it('keeps only as much as can be shown', () => {
    let data = running;
    for (let i = 0; i < 600; i += 1) {
      data = withSamples(data, [{ taskId: 'a', usage: aUsage(i, i) }]);
      data = withEvent(data, { taskId: 'a', timeMs: i } as TaskEvent);
    }
    expect(data.tasks[0]?.memory).to.have.length(400);
    expect(data.tasks[0]?.memory.at(-1)).to.equal(599);
    expect(data.events).to.have.length(500);
    expect(data.events.at(-1)?.timeMs).to.equal(599);
  });

  it('calls tasks of the same name by their ids', () => {
    const { tasks } = withTasks(NO_DATA, [
      aStatus('a', { name: 'x' }),
      aStatus('b', { name: 'x' }),
      aStatus('c', { name: 'y\x1b[2J' }),
    ]);
    expect(tasks.map(({ label }) => label)).to.deep.equal(['a', 'b', 'y\\x1b[2J']);
  });

  it('believes the limit that was measured before the one that was asked for', () => {
    const data = withTasks(NO_DATA, [aStatus('a', { memoryLimitBytes: 5 })]);
    expect(data.tasks.map(limitOf)).to.deep.equal([5]);
    const usage = aUsage(1, 1, { memory: { limitBytes: 7 } });
    expect(withSamples(data, [{ taskId: 'a', usage }]).tasks.map(limitOf)).to.deep.equal([7]);
  });
});
