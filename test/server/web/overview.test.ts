import { expect } from 'chai';

import type { RecentHistory } from '../../../src/server/history/recent-history.ts';
import { coreShareText } from '../../../src/model/core-share-text.ts';
import { groupRows, groupTotals } from '../../../src/server/web/logic/group-rows.ts';
import { hashOf, parseRoute, taskHash } from '../../../src/server/web/logic/route.ts';
import { FIRST_SELECTION, type Selection } from '../../../src/server/web/logic/select-rows.ts';
import { readSelection, withSelection } from '../../../src/server/web/logic/selection-query.ts';
import {
  SPARK_LENGTH,
  SPARK_STEP_MS,
  createSpark,
  niceBytesTop,
  niceTop,
  sparkLine,
} from '../../../src/server/web/logic/spark.ts';
import { sparkScales } from '../../../src/server/web/logic/spark-scales.ts';
import { createStore } from '../../../src/server/web/logic/store.ts';
import { identityOf, labelOfId, shortId } from '../../../src/server/web/logic/task-identity.ts';
import { createTaskRow } from '../../../src/server/web/logic/task-row.ts';
import { topTasks } from '../../../src/server/web/logic/top-tasks.ts';
import { status, usage } from '../../support/page-rows.ts';

const ALLOC = 'a1b2c3d4-0000-4000-8000-000000000001';

describe('sparkLine', () => {
  const box = { width: 10, height: 12, top: 1 };
  it('spans the box, and lifts the pen where nothing was measured', () => {
    expect(sparkLine([1, 0.5, 0], box)).to.equal('M0.0 1.0L5.0 6.0L10.0 11.0');
    expect(sparkLine([1, NaN, 0], box)).to.equal('M0.0 1.0h0.1M10.0 11.0h0.1');
    expect(sparkLine([NaN, NaN], box)).to.equal('');
  });

  it('never leaves the box', () => {
    expect(sparkLine([9, 9], box)).to.equal('M0.0 1.0L10.0 1.0');
  });
});

describe('createSpark', () => {
  const at = (step: number): number => 1_000_000 * SPARK_STEP_MS + step * SPARK_STEP_MS;
  it('keeps the mean of each step on a grid that all lines share', () => {
    const spark = createSpark();
    spark.push(at(0), 2);
    spark.push(at(0) + 1_000, 4);
    spark.push(at(2), 9);
    spark.push(at(2) + 1, undefined);
    const values = spark.values(at(3));
    expect(values).to.have.length(SPARK_LENGTH);
    expect(values.slice(-4)).to.deep.equal([3, NaN, 9, NaN]);
    expect(spark.peak(at(3))).to.equal(9);
  });

  it('forgets what is older than its window', () => {
    const spark = createSpark();
    spark.push(at(0), 5);
    expect(spark.peak(at(SPARK_LENGTH - 1))).to.equal(5);
    expect(spark.peak(at(SPARK_LENGTH))).to.equal(0);
    spark.push(at(SPARK_LENGTH), 1);
    spark.push(at(0), 7);
    expect(spark.peak(at(SPARK_LENGTH))).to.equal(1);
  });

  it('takes the history for the steps that it has not seen', () => {
    const spark = createSpark();
    spark.push(at(2), 9);
    spark.seed([at(0), at(1), at(2)], [1, null, 3]);
    expect(spark.values(at(2)).slice(-3)).to.deep.equal([1, NaN, 9]);
  });

  it('has scales that do not change with every sample', () => {
    expect([0.03, 0.11, 0.2, 0.21, 0.6, 3].map((peak) => niceTop(peak, 0.1))).to.deep.equal([
      0.1, 0.2, 0.2, 0.5, 1, 5,
    ]);
    expect(niceBytesTop(2 ** 20 + 1, 1)).to.equal(2 ** 21);
  });
});

describe('the history of the last minutes', () => {
  const nowMs = 2_000_000 * SPARK_STEP_MS;
  const timeMs = [nowMs - 2 * SPARK_STEP_MS, nowMs - SPARK_STEP_MS, nowMs];
  const history: RecentHistory = {
    stepMs: SPARK_STEP_MS,
    timeMs,
    host: { cpuRatio: [0.1, 0.2, 0.4], memoryUsedBytes: [1, 2, 3], load1: [null, null, null] },
    tasks: {
      web: { cpuCores: [0.1, 0.2, 0.5], workingSetBytes: [10, 20, 30] },
      job: { cpuCores: [null, 1, null], workingSetBytes: [null, 5, null] },
    },
  };

  it('fills lines, totals and Top 5 at once, before and after the tasks are known', () => {
    for (const isEarly of [true, false]) {
      const store = createStore();
      if (isEarly) store.setHistory(history);
      store.setTasks([status('web'), status('job', { state: 'exited', phase: 'exited' })]);
      if (!isEarly) store.setHistory(history);
      expect(store.row('web')?.cpuCores()).to.equal(0.5);
      expect(store.row('web')?.memoryBytes()).to.equal(30);
      expect(store.row('job')?.cpuCores()).to.equal(undefined);
      expect(store.row('job')?.cpuSpark.peak(nowMs)).to.equal(1);
      expect(store.totals()).to.include({ cpuCores: 0.5, memoryBytes: 30 });
      expect(store.timeMs()).to.equal(nowMs);
      const line = store.lines.totalCpu.values(nowMs).slice(-3);
      expect(line.map((value) => Math.round(value * 10))).to.deep.equal([1, 12, 5]);
      expect(store.lines.hostMemory.values(nowMs).slice(-3)).to.deep.equal([1, 2, 3]);
      const { bands } = topTasks(store.rows(), { by: 'cpu', count: 5, width: 10, height: 10, nowMs });
      expect(bands.map(({ taskId }) => taskId)).to.deep.equal(['web']);
    }
  });

  it('gives way to samples', () => {
    const store = createStore();
    store.setTasks([status('web')]);
    store.setHistory(history);
    const cpu = { percent: 200 };
    for (const more of [1_000, 2_000])
      store.addSamples([{ taskId: 'web', usage: usage(nowMs + more, { cpu }) }]);
    expect(store.row('web')?.cpuCores()).to.equal(2);
    expect(sparkScales(store.rows(), nowMs).cpuCores).to.equal(2);
  });
});

describe('topTasks', () => {
  const rows = [30, 60, 10].map((percent, n) => {
    const row = createTaskRow(status(`task-${n}`, { name: 'tools', jobName: `job-${n}` }));
    [1, 2].forEach((time) =>
      row.addUsage(usage(time, { cpu: { percent }, memory: { workingSetBytes: (n + 1) * 2 ** 20 } })),
    );
    return row;
  });
  const box = { count: 2, width: 59, height: 10, nowMs: 2 };

  it('stacks those who use most, and all others as one; each says which one it is', () => {
    const { bands, top } = topTasks(rows, { ...box, by: 'cpu' });
    expect(bands.map(({ taskId, label, detail }) => [taskId, label, detail])).to.deep.equal([
      ['task-1', 'tools', 'job-1 · task-1'],
      ['task-0', 'tools', 'job-0 · task-0'],
      [undefined, '1 others', ''],
    ]);
    expect(top).to.equal(1);
    expect(bands[0]?.area).to.match(/L58\.0 10\.0L59\.0 4\.0L59\.0 10\.0L/);
  });

  it('goes by memory as well, and has nothing to show of tasks without metrics', () => {
    expect(topTasks(rows, { ...box, by: 'memory' }).bands[0]?.taskId).to.equal('task-2');
    expect(topTasks([createTaskRow(status('new'))], { ...box, by: 'cpu' }).bands).to.deep.equal([]);
  });
});

describe('the identity of a task', () => {
  it('is what its name does not say', () => {
    const nomad = { name: 'tools', allocId: ALLOC, jobName: 'shop', taskGroupName: 'front' };
    expect(identityOf(status(`${ALLOC}/tools/9f8e7d6c`, nomad))).to.deep.equal([
      'shop/front',
      'alloc a1b2c3d4',
      '9f8e7d6c',
    ]);
    const fleet = { ...nomad, host: 'node-1' };
    expect(identityOf(status(`node-1/${ALLOC}/tools/9f8e7d6c`, fleet))).to.deep.equal([
      'node-1',
      'shop/front',
      'alloc a1b2c3d4',
      '9f8e7d6c',
    ]);
    expect(identityOf(status('node-1/web', { name: 'web', host: 'node-1' }))).to.deep.equal(['node-1']);
    expect(identityOf(status('web'))).to.deep.equal([]);
    expect(identityOf(status('web', { jobName: 'web', taskGroupName: 'web' }))).to.deep.equal([]);
  });

  it('is short', () => {
    expect(shortId(ALLOC)).to.equal('a1b2c3d4');
    expect(shortId('web')).to.equal('web');
    expect(shortId('x'.repeat(40))).to.equal(`${'x'.repeat(20)}…`);
    expect(labelOfId(`${ALLOC}/tools/9f8e7d6c`)).to.equal('tools a1b2c3d4');
    expect(labelOfId(`node-1/${ALLOC}/tools/9f8e7d6c`)).to.equal('node-1/tools a1b2c3d4');
    expect(labelOfId('host/web')).to.equal('host/web');
  });
});

describe('groupRows', () => {
  const rows = ['a', 'b', 'a'].map((jobName, n) => createTaskRow(status(`t-${n}`, { jobName })));
  it('puts rows of one group together, in the order of their first', () => {
    const titles = groupRows(rows, 'job').map(({ title, rows: { length } }) => [title, length]);
    expect(titles).to.deep.equal([
      ['a', 2],
      ['b', 1],
    ]);
    expect(groupRows(rows, 'state').map(({ title }) => title)).to.deep.equal(['running']);
  });

  it('sums what was measured, and nothing where nothing was', () => {
    expect(groupTotals(rows)).to.deep.equal({
      tasks: 3,
      problems: 0,
      cpuCores: undefined,
      memoryBytes: undefined,
    });
    rows.slice(0, 2).forEach((row) => row.addUsage(usage(1, { memory: { workingSetBytes: 3 } })));
    expect(groupTotals(rows).memoryBytes).to.equal(6);
  });
});

describe('coreShareText', () => {
  it('is in percent of a core, and never 0.00', () => {
    const texts = [undefined, 0, 0.0003, 0.0007, 0.004, 0.123, 0.9996, 2.5, 64].map(coreShareText);
    expect(texts).to.deep.equal(['–', '0%', '<0.1%', '0.1%', '0.4%', '12.3%', '100%', '250%', '6400%']);
  });
});

describe('the address of the page', () => {
  const selection: Selection = {
    text: 'a b&c',
    state: 'alerts',
    sortBy: 'cpu',
    descending: true,
    group: 'job',
    host: 'node-1',
    view: 'map',
  };

  it('holds what is shown, and nothing of what is usual', () => {
    expect(withSelection(new URLSearchParams(), FIRST_SELECTION).toString()).to.equal('');
    const query = withSelection(new URLSearchParams('range=1h&sort=name'), selection);
    expect(query.get('range')).to.equal('1h');
    expect(readSelection(query)).to.deep.equal(selection);
    const hash = hashOf({ page: 'tasks', taskId: 'alloc/web?x', query });
    const route = parseRoute(hash);
    expect(route.taskId).to.equal('alloc/web?x');
    expect(readSelection(route.query ?? new URLSearchParams())).to.deep.equal(selection);
  });

  it('is read as the usual where it is not known', () => {
    const query = new URLSearchParams('sort=-mood&group=colour&state=sad&view=film');
    expect(readSelection(query)).to.deep.equal(FIRST_SELECTION);
  });

  it('reports the task whatever its id holds', () => {
    const id = 'alloc/web #1 %?';
    expect(parseRoute(taskHash(id))).to.deep.equal({ page: 'tasks', taskId: id });
  });

  it('may bring a token, another page, or nothing that it knows', () => {
    expect(parseRoute('#token=abc-1')).to.deep.equal({ page: 'tasks', token: 'abc-1' });
    expect(parseRoute('#/alerts')).to.deep.equal({ page: 'alerts' });
    expect(parseRoute('#/alerts?rule=oom').query?.get('rule')).to.equal('oom');
    expect(parseRoute('#/task/')).to.deep.equal({ page: 'tasks' });
    expect(parseRoute('#/task/%zz')).to.deep.equal({ page: 'tasks', taskId: '%zz' });
    expect(parseRoute('')).to.deep.equal({ page: 'tasks' });
  });
});
