import { expect } from 'chai';

import type { HostStats, TaskEvent } from '../../../src/index.ts';
import type { Alert } from '../../../src/server/alerts/alert.ts';
import { messageOf, taskOf, toneOf, wordOf } from '../../../src/server/web/logic/feed-items.ts';
import { createStore } from '../../../src/server/web/logic/store.ts';
import { anAlert } from '../../support/alerts.ts';
import { anExit } from '../../support/task-events.ts';
import { status, usage } from '../../support/page-rows.ts';

const alert = (taskId: string, rule: string, state: Alert['state'] = 'raised'): Alert =>
  anAlert({ taskId, rule, state });
const event = (more: Partial<TaskEvent> = {}): TaskEvent =>
  ({
    id: 'start.started',
    kind: 'started',
    taskId: 'web',
    taskName: 'web',
    timeMs: 3,
    message: 'Started as pid 7',
    annotations: {},
    ...more,
  }) as TaskEvent;
const busy = (timestampMs: number, percent: number, bytes: number) =>
  usage(timestampMs, { cpu: { percent }, memory: { workingSetBytes: bytes }, pidCount: { current: 2 } });

describe('createStore', () => {
  it('adds, keeps and forgets tasks as the agent does', () => {
    const store = createStore();
    store.setTasks([status('web'), status('job')]);
    const web = store.row('web');
    store.setTasks([status('web', { phase: 'stopping' })]);
    expect(store.rows().map(({ id }) => id)).to.deep.equal(['web']);
    expect(store.row('web')).to.equal(web);
    expect(web?.status.phase).to.equal('stopping');
  });

  it('shows no rate of the first sample, which has nothing to compare with', () => {
    const store = createStore();
    store.setTasks([status('web')]);
    store.addSamples([{ taskId: 'web', usage: busy(1, 0, 100) }]);
    expect(store.row('web')?.cpuCores()).to.equal(undefined);
    store.addSamples([{ taskId: 'web', usage: busy(2, 150, 100) }]);
    expect(store.row('web')?.cpuCores()).to.equal(1.5);
    expect(store.row('web')?.memorySpark.values(2).at(-1)).to.equal(100);
    expect(store.row('web')?.cpuSpark.values(2).at(-1)).to.equal(1.5);
    expect(store.row('web')?.processes()).to.equal(2);
  });

  it('leaves a task that has exited out of the sums', () => {
    const store = createStore();
    store.setTasks([status('web'), status('job')]);
    for (const time of [1, 2]) {
      store.addSamples(['web', 'job'].map((taskId) => ({ taskId, usage: busy(time, 50, 10) })));
    }
    expect(store.totals()).to.deep.equal({ tasks: 2, running: 2, exited: 0, cpuCores: 1, memoryBytes: 20 });
    store.setTasks([status('web'), status('job', { state: 'exited', phase: 'exited' })]);
    store.addSamples([
      { taskId: 'job', usage: busy(3, 50, 10) },
      { taskId: 'unknown', usage: busy(3, 50, 10) },
    ]);
    expect(store.totals()).to.deep.equal({ tasks: 2, running: 1, exited: 1, cpuCores: 0.5, memoryBytes: 10 });
    expect(store.lines.totalCpu.values(3).at(-1)).to.be.closeTo((1 + 0.5) / 2, 1e-6);
  });

  it('begins afresh when a task was started again', () => {
    const store = createStore();
    store.setTasks([status('web')]);
    for (const time of [1, 2]) store.addSamples([{ taskId: 'web', usage: busy(time, 50, 10) }]);
    store.setTasks([status('web', { startedAtMs: 9_000 })]);
    expect(store.row('web')?.usage).to.equal(undefined);
    expect(store.row('web')?.cpuSpark.peak(9_000)).to.equal(0);
  });

  it('knows how long a task runs or ran', () => {
    const store = createStore();
    store.setTasks([
      status('web'),
      status('job', { completedAtMs: 4_000, state: 'exited' }),
      status('new', { startedAtMs: undefined }),
      status('lost', { state: 'unknown' }),
    ]);
    expect(store.rows().map((row) => row.uptimeMs(11_000))).to.deep.equal([
      10_000,
      3_000,
      undefined,
      undefined,
    ]);
  });

  it('takes the limit of the task, else that of the kernel, unless it means none', () => {
    const store = createStore();
    store.setTasks([status('web', { memoryLimitBytes: 64 }), status('job'), status('free')]);
    const limited = (taskId: string, limitBytes: number) => ({
      taskId,
      usage: usage(1, { memory: { limitBytes } }),
    });
    store.addSamples([limited('job', 32), limited('free', 2 ** 63)]);
    expect(store.rows().map((row) => row.memoryLimitBytes())).to.deep.equal([64, 32, undefined]);
  });

  it('marks the tasks of alerts that stand', () => {
    const store = createStore();
    const rules = (id: string) => [...(store.row(id)?.alerts.keys() ?? [])];
    store.setAlerts([alert('web', 'memory')]);
    store.setTasks([status('web'), status('job')]);
    expect(rules('web')).to.deep.equal(['memory']);
    store.addAlert(alert('job', 'crash'), '1');
    store.addAlert(alert('web', 'memory', 'cleared'), '2');
    expect(rules('web')).to.deep.equal([]);
    expect(rules('job')).to.deep.equal(['crash']);
    store.setAlerts([]);
    expect(rules('job')).to.deep.equal([]);
  });

  it('keeps the last of what is reported once', () => {
    const store = createStore();
    const host = {
      timestampMs: 1,
      cpu: { cores: 2, percent: 40 },
      memory: {},
      disks: [],
      uptimeMs: 1,
    } as HostStats;
    const fingerprint = { health: 'healthy', description: '', attributes: {}, timeMs: 1 } as const;
    const sampling = { ticks: 3 } as Parameters<typeof store.setSampling>[0];
    store.setHost(host);
    store.setFingerprint(fingerprint);
    store.setSampling(sampling);
    expect([store.host(), store.fingerprint(), store.sampling()]).to.deep.equal([
      host,
      fingerprint,
      sampling,
    ]);
    expect(store.lines.hostCpu.values(1).at(-1)).to.be.closeTo(0.4, 1e-6);
  });
});

describe('the feed', () => {
  it('holds events and alerts, newest first, the same once', () => {
    const { feed, addEvent, addAlert } = createStore();
    addEvent(event());
    addEvent(event({ timeMs: 8, repeated: true }));
    addAlert(alert('job', 'crash'), '2');
    const { version } = feed;
    feed.add({ kind: 'note', id: 'n', timeMs: 9, message: 'The agent is reachable again' });
    expect(feed.version).to.equal(version + 1);
    expect(feed.items().map(wordOf)).to.deep.equal(['agent', 'crash alert', 'started']);
    expect(feed.items().map(taskOf)).to.deep.equal([undefined, 'job', 'web']);
    expect(feed.items().map(messageOf)).to.deep.equal([
      'The agent is reachable again',
      'too much',
      'Started as pid 7',
    ]);
  });

  it('is filtered by task and by text', () => {
    const { feed, addEvent } = createStore();
    addEvent(event());
    addEvent(anExit('job', { exitCode: 3 }, { message: 'Exited with 3' }));
    expect(feed.items({ taskId: 'web' })).to.have.length(1);
    expect(feed.items({ text: 'EXITED with' }).map(taskOf)).to.deep.equal(['job']);
    expect(feed.items({ text: 'nothing' })).to.deep.equal([]);
  });

  it('forgets the oldest when it is full', () => {
    const { feed, addEvent } = createStore();
    for (let n = 0; n < 510; n += 1) addEvent(event({ id: String(n), timeMs: n }));
    expect(feed.items()).to.have.length(500);
    expect(feed.items()[0]?.id).to.equal('509');
  });

  const asItem = (reported: TaskEvent) =>
    ({ kind: 'event', id: reported.id, timeMs: 1, event: reported }) as const;
  const tone = (more: Partial<TaskEvent>) => toneOf(asItem(event(more)));
  it('has a tone for what is good and bad', () => {
    expect(tone({ kind: 'started' })).to.equal('good');
    expect(tone({ kind: 'failed' })).to.equal('bad');
    expect(tone({ kind: 'killed' })).to.equal('warn');
    expect(tone({ kind: 'prepared' })).to.equal('plain');
    expect(toneOf(asItem(anExit()))).to.equal('plain');
    expect(toneOf(asItem(anExit('web', { exitCode: 1 })))).to.equal('warn');
    expect(toneOf(asItem(anExit('web', { exitCode: 143, requested: true })))).to.equal('plain');
    expect(toneOf(asItem(anExit('web', { oomKilled: true })))).to.equal('bad');
    const reported = (state: Alert['state']) =>
      toneOf({ kind: 'alert', id: '1', timeMs: 1, alert: alert('web', 'memory', state) });
    expect([reported('raised'), reported('cleared')]).to.deep.equal(['bad', 'good']);
    expect(toneOf({ kind: 'note', id: '1', timeMs: 1, message: '' })).to.equal('warn');
    expect(wordOf({ kind: 'alert', id: '1', timeMs: 1, alert: alert('web', 'memory', 'cleared') })).to.equal(
      'memory cleared',
    );
  });
});
