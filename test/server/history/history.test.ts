import { expect } from 'chai';
import { Subject } from 'rxjs';

import type { HostStats, TaskResourceUsage, TaskStatsSample, TaskStatus } from '../../../src/index.ts';
import { createHistory, type History, type HistoryOptions } from '../../../src/server/history/history.ts';

const IO_SERIES = [
  ...['ioRead', 'ioWritten', 'netReceived', 'netSent'],
  ...['cpuPressure', 'memoryPressure', 'ioPressure'],
];
const SPANS = { fine: { stepMs: 1_000, rows: 10 }, coarse: { stepMs: 4_000, rows: 10 } };

describe('createHistory', () => {
  let samplesSubject: Subject<readonly TaskStatsSample[]>;
  let hostSubject: Subject<HostStats>;
  let tasksSubject: Subject<readonly TaskStatus[]>;
  let history: History;
  let asked: unknown;

  const open = (more: HistoryOptions = {}): History =>
    createHistory(
      {
        allTaskStats: (options) => {
          asked = options;
          return samplesSubject;
        },
        hostStats: () => hostSubject,
        tasks: () => tasksSubject,
      },
      { ...SPANS, ...more },
    );
  beforeEach(() => {
    samplesSubject = new Subject();
    hostSubject = new Subject();
    tasksSubject = new Subject();
    history = open();
  });
  afterEach(() => history.close());

  const sample = (taskId: string, timestampMs: number, more: Partial<TaskResourceUsage> = {}) =>
    samplesSubject.next([
      { taskId, usage: { timestampMs, source: 'cgroup-v2', cpu: {}, memory: {}, ...more } },
    ]);
  const tasks = (...ids: readonly string[]) => tasksSubject.next(ids.map((id) => ({ id }) as TaskStatus));

  it('samples at the fine step, with the groups that the alerts read too', () => {
    expect(asked).to.deep.equal({
      intervalMs: 1_000,
      groups: [
        ...['cpu', 'throttling', 'memory', 'memoryDetail', 'limits', 'pids'],
        ...['io', 'network', 'pressure'],
      ],
    });
  });

  it('knows no history of a task without metrics', () => {
    tasks('web');
    expect(history.task('web', 'fine')).to.equal(undefined);
  });

  it('reports columns, with null for what was not measured', () => {
    sample('web', 1_000, { cpu: { percent: 0, throttledNs: 0 }, memory: { rssBytes: 4_096 } });
    sample('web', 2_000, {
      cpu: { percent: 150, throttledNs: 250_000_000 },
      memory: { workingSetBytes: 8_192, rssBytes: 4_096 },
      pidCount: { current: 3 },
    });
    expect(history.task('web', 'fine')).to.deep.equal({
      taskId: 'web',
      resolution: 'fine',
      stepMs: 1_000,
      timeMs: [1_000, 2_000],
      series: {
        // The first rate has nothing to compare with.
        cpuCores: [null, 1.5],
        throttledSeconds: [null, 0.25],
        workingSetBytes: [4_096, 8_192],
        rssBytes: [4_096, 4_096],
        cacheBytes: [null, null],
        swapBytes: [null, null],
        processes: [null, 3],
        ...Object.fromEntries(IO_SERIES.map((name) => [name, [null, null]])),
      },
    });
  });

  it('gathers rates by their mean and what is held by its peak', () => {
    const values = [
      [4_100, 300, 10],
      [5_100, 100, 30],
      [6_100, 200, 20],
      [8_100, 0, 1],
    ] as const;
    sample('web', 3_100, { cpu: { percent: 999 } });
    for (const [timeMs, percent, workingSetBytes] of values)
      sample('web', timeMs, { cpu: { percent }, memory: { workingSetBytes } });
    const { timeMs, series } = history.task('web', 'coarse')!;
    expect(timeMs).to.deep.equal([2_000, 6_000]);
    expect(series['cpuCores']).to.deep.equal([null, 2]);
    expect(series['workingSetBytes']).to.deep.equal([null, 30]);
  });

  it('does not know how long a task was throttled when the counter has gone back', () => {
    sample('web', 1_000, { cpu: { throttledNs: 500 } });
    sample('web', 2_000, { cpu: { throttledNs: 400 } });
    expect(history.task('web', 'fine')?.series['throttledSeconds']).to.deep.equal([null, null]);
  });

  it('takes a sample that comes again for one', () => {
    sample('web', 1_000);
    sample('web', 1_000);
    expect(history.task('web', 'fine')?.timeMs).to.deep.equal([1_000]);
  });

  it('reports of the machine', () => {
    const cpu = { cores: 2, percent: 50, load1: 0.75 };
    const memory = { usedBytes: 5_000 };
    hostSubject.next({ timestampMs: 1_000, cpu: { cores: 2 }, memory, disks: [], uptimeMs: 1 });
    hostSubject.next({ timestampMs: 2_000, cpu, memory: {}, disks: [], uptimeMs: 1 });
    const { timeMs, series, taskId } = history.host('fine');
    expect(taskId).to.equal(undefined);
    expect(timeMs).to.deep.equal([1_000, 2_000]);
    expect(series).to.deep.equal({
      cpuRatio: [null, 0.5],
      memoryUsedBytes: [5_000, null],
      load1: [null, 0.75],
    });
    expect(history.host('coarse').timeMs).to.deep.equal([]);
  });

  it('forgets a task that was destroyed, and keeps one that has exited', () => {
    sample('web', 1_000);
    sample('job', 1_000);
    tasks('web');
    expect(history.task('job', 'fine')).to.equal(undefined);
    expect(history.task('web', 'fine')?.timeMs).to.deep.equal([1_000]);
  });

  it('records no more tasks than it has space for, and counts the others', () => {
    history.close();
    history = open({ maxTasks: 1 });
    sample('web', 1_000);
    sample('job', 1_000);
    expect(history.task('job', 'fine')).to.equal(undefined);
    expect(history.stats()).to.include({ tasks: 1, leftOut: 1 });
    tasks('web');
    expect(history.stats()).to.include({ tasks: 1, leftOut: 0 });
  });

  it('has I/O and network as rates of their counters, and pressure', () => {
    const pressure = { cpu: { some: { avg10: 1.5 } } };
    sample('web', 1_000, { io: { readBytes: 100, writeBytes: 50 }, network: { sentBytes: 7 }, pressure });
    sample('web', 3_000, { io: { readBytes: 300, writeBytes: 50 }, network: { sentBytes: 3 }, pressure });
    expect(history.task('web', 'fine')?.series).to.deep.include({
      ioRead: [null, 100],
      ioWritten: [null, 0],
      netReceived: [null, null],
      // A counter that decreased is another counter.
      netSent: [null, null],
      cpuPressure: [1.5, 1.5],
      memoryPressure: [null, null],
    });
  });

  it('costs 92 kB a task when a day has passed, and less where less is measured', () => {
    history.close();
    history = createHistory({
      allTaskStats: () => samplesSubject,
      hostStats: () => hostSubject,
      tasks: () => tasksSubject,
    });
    const empty = history.stats().bytes;
    const some = { some: { avg10: 0 } };
    const all: Partial<TaskResourceUsage> = {
      cpu: { percent: 1, throttledNs: 0 },
      memory: { workingSetBytes: 1, rssBytes: 1, cacheBytes: 1, swapBytes: 1 },
      pidCount: { current: 1 },
      io: { readBytes: 0, writeBytes: 0 },
      network: { receivedBytes: 0, sentBytes: 0 },
      pressure: { cpu: some, memory: some, io: some },
    };
    for (let timeMs = 0; timeMs <= 86_520_000; timeMs += 5_000) {
      sample('web', timeMs, all);
      sample('job', timeMs, { memory: { workingSetBytes: 1 } });
    }
    expect(history.stats().bytes - empty).to.equal(2 * 720 * (8 + 14 * 4) + 2 * 720 * (8 + 4));
    expect(history.task('web', 'fine')?.timeMs).to.have.length(720);
    expect(history.task('web', 'coarse')?.timeMs).to.have.length(720);
  });

  it('stops sampling when it is closed', () => {
    history.close();
    expect(samplesSubject.observed || hostSubject.observed || tasksSubject.observed).to.equal(false);
  });

  it('says in the log when a stream failed, and goes on with the others', () => {
    const errors: string[] = [];
    history.close();
    history = open({
      logger: {
        debug: () => undefined,
        info: () => undefined,
        warn: () => undefined,
        error: (_, message) => errors.push(message),
      },
    });
    hostSubject.error(new Error('broken'));
    sample('web', 1_000);
    expect(errors).to.deep.equal(['history is no longer recorded']);
    expect(history.task('web', 'fine')?.timeMs).to.deep.equal([1_000]);
  });
});
