import { hostname } from 'node:os';

import { expect } from 'chai';

import {
  createOtlpExporter,
  type OtlpExporter,
  type OtlpExporterOptions,
} from '../../../src/exporters/otlp/index.ts';
import { loadPeers, type PeerLoaders } from '../../../src/exporters/otlp/peers.ts';
import type { TaskEvent } from '../../../src/model/task-event.ts';
import { expectRktRejection } from '../../support/errors.ts';
import { anExit } from '../../support/task-events.ts';
import { anExitResult } from '../../support/task-specs.ts';
import { until } from '../../support/until.ts';
import { aRunningTask, fakeDriver, fullUsage, playSamples, playTasks } from '../fake-driver.ts';
import { openCollector, type Collector, type Point } from './collector.ts';

const NEVER_MS = 3_600_000;

function anEvent(kind: TaskEvent['kind'], annotations: Record<string, string> = {}): TaskEvent {
  return {
    id: `start.${kind}`,
    kind,
    taskId: 'web',
    taskName: 'web',
    timeMs: 1_700_000_000_123,
    message: `it ${kind}`,
    annotations,
  } as unknown as TaskEvent;
}

describe('createOtlpExporter', () => {
  let collector: Collector;
  const exporters: OtlpExporter[] = [];
  beforeEach(async () => {
    collector = await openCollector();
  });
  afterEach(async () => {
    for (const exporter of exporters.splice(0)) await exporter.close();
    await collector.close();
  });
  const setUp = async (options: OtlpExporterOptions = {}) => {
    const fake = fakeDriver();
    const exporter = await createOtlpExporter(fake.driver, {
      url: collector.url,
      intervalMs: NEVER_MS,
      ...options,
    });
    exporters.push(exporter);
    return { ...fake, exporter };
  };
  const find = (
    points: readonly Point[] | undefined,
    metric: string,
    attributes: object = {},
  ): Point | undefined =>
    points?.find(
      (point) =>
        point.metric === metric &&
        Object.entries(attributes).every(([key, value]) => point.attributes[key] === value),
    );

  it('sends what is left when it is closed', async () => {
    const fake = await setUp({
      resource: { 'deployment.environment.name': 'test' },
      headers: { 'x-key': 'secret' },
    });
    fake.fingerprint.next({ health: 'healthy', description: '', attributes: {}, timeMs: 1_700_000_000_000 });
    playTasks(fake, ['web']);
    await fake.exporter.close();
    const [points] = collector.exports;
    expect(find(points, 'container.memory.working_set')).to.deep.include({
      unit: 'By',
      isMonotonic: false,
      value: 44_040_192,
      startMs: 1_700_000_000_000,
      timeMs: fullUsage().timestampMs,
      attributes: {
        'container.id': 'pod-of-web',
        'container.name': 'web',
        'container.image.name': 'example.com/app:1.0',
      },
    });
    expect(find(points, 'container.cpu.time', { 'cpu.mode': 'user' })).to.include({
      value: 10,
      unit: 's',
      isMonotonic: true,
    });
    expect(find(points, 'container.cpu.usage')).to.include({ value: 0.5, isMonotonic: undefined });
    expect(find(points, 'container.disk.io', { 'disk.io.direction': 'write' })).to.include({ value: 2_000 });
    expect(find(points, 'container.network.io', { 'network.io.direction': 'receive' })).to.include({
      value: 100,
    });
    expect(find(points, 'container.uptime')).to.include({ value: 100 });
    expect(find(points, 'rkt.streams.driver_healthy')).to.include({ value: 1 });
    expect(points?.[0]?.resource).to.include({
      'service.name': 'rkt-streams',
      'host.name': hostname(),
      'deployment.environment.name': 'test',
    });
    expect(collector.headers[0]).to.include({ 'x-key': 'secret' });
  });

  it('ends the series of a task with the task', async () => {
    const fake = await setUp({ intervalMs: 20 });
    playTasks(fake, ['web', 'db']);
    await until(
      'both are there',
      () => find(collector.exports.at(-1), 'container.uptime', { 'container.name': 'web' }) !== undefined,
    );
    fake.tasks.next([aRunningTask('db')]);
    await until(
      'one is gone',
      () => find(collector.exports.at(-1), 'container.uptime', { 'container.name': 'web' }) === undefined,
    );
    expect(find(collector.exports.at(-1), 'container.uptime', { 'container.name': 'db' })).to.not.equal(
      undefined,
    );
  });

  it('reports the job of Nomad, and the total of CPU time where the modes are not known', async () => {
    const fake = await setUp();
    const job = { jobName: 'shop', taskGroupName: 'front' };
    fake.tasks.next([
      aRunningTask('a/b', { ...job, name: 'web', allocId: 'alloc-1', startedAtMs: undefined }),
    ]);
    fake.samples.next([
      { taskId: 'a/b', usage: fullUsage(0, { cpu: { totalNs: 1_500_000_000 }, memory: {} }) },
    ]);
    await fake.exporter.close();
    const [points] = collector.exports;
    expect(
      points?.filter(({ metric }) => metric === 'container.cpu.time').map(({ value }) => value),
    ).to.deep.equal([1.5]);
    expect(find(points, 'container.cpu.time')?.attributes).to.include({
      'nomad.alloc.id': 'alloc-1',
      'nomad.job.name': 'shop',
      'nomad.task_group.name': 'front',
      'nomad.task.name': 'web',
    });
    expect(find(points, 'container.memory.usage')).to.equal(undefined);
    expect(find(points, 'container.uptime')).to.equal(undefined);
  });

  it('leaves out samples of tasks that it does not know, or that had the id before', async () => {
    const fake = await setUp();
    fake.tasks.next([aRunningTask('web', { startedAtMs: fullUsage().timestampMs + 10 })]);
    playSamples(fake, ['web', 'unknown'], 0);
    await fake.exporter.close();
    expect(collector.exports.flat().filter(({ metric }) => metric.startsWith('container.'))).to.deep.equal(
      [],
    );
  });

  it('sends the events of tasks as log records', async () => {
    const fake = await setUp();
    fake.events.next(anEvent('started'));
    fake.events.next(anExit('web', { exitCode: 3 }));
    fake.events.next({
      ...anEvent('exited', { exit_code: '137', oom_killed: 'true' }),
      exitResult: anExitResult({ exitCode: 137, oomKilled: true, completedAtMs: 1_700_000_000_007 }),
      repeated: true,
      allocId: 'alloc-1',
    } as TaskEvent);
    fake.events.next(anExit('web', { exitCode: 143, requested: true }));
    fake.events.next(anEvent('killed'));
    await fake.exporter.close();
    expect(collector.logs.map(({ severity }) => severity)).to.deep.equal([
      'INFO',
      'WARN',
      'ERROR',
      'INFO',
      'WARN',
    ]);
    expect(collector.logs[2]).to.deep.equal({
      eventName: 'rkt.task.exited',
      body: 'it exited',
      severity: 'ERROR',
      timeMs: 1_700_000_000_007,
      attributes: {
        'rkt.task.event_id': 'start.exited',
        'rkt.task.event_repeated': 'true',
        'rkt.task.exit_code': '137',
        'rkt.task.oom_killed': 'true',
        'container.name': 'web',
        'nomad.task.name': 'web',
        'nomad.alloc.id': 'alloc-1',
      },
    });
  });

  it('lets go of the driver, and can be closed twice', async () => {
    const { exporter, events, samples, tasks } = await setUp();
    await Promise.all([exporter.close(), exporter.close()]);
    expect([events.observed, samples.observed, tasks.observed]).to.deep.equal([false, false, false]);
  });

  it('says once that nothing can be sent, and nothing is held up by it', async () => {
    const warnings: string[] = [];
    const nothing = (): void => undefined;
    const logger = {
      debug: nothing,
      info: nothing,
      error: nothing,
      warn: (_: object, text: string) => void warnings.push(text),
    };
    collector.answerWith(400);
    const fake = await setUp({ intervalMs: 20, logger });
    playTasks(fake, ['web']);
    await until('it was tried again', () => collector.headers.length >= 3);
    fake.events.error(new Error('none'));
    collector.answerWith(200);
    await until('it goes well again', () => collector.exports.length > 0);
    await fake.exporter.close();
    expect(warnings.filter((text) => text.includes('metrics could not be sent'))).to.have.length(1);
    expect(warnings).to.include('OTLP: the events of tasks are no longer exported');
  });

  it('names the packages that are missing', async () => {
    const missing = { load: () => Promise.reject(new Error('not found')) };
    const there = { load: () => Promise.resolve({}) };
    const loaders = {
      api: { name: '@opentelemetry/api', ...there },
      sdkLogs: { name: '@opentelemetry/sdk-logs', ...missing },
    } as unknown as PeerLoaders;
    const error = await expectRktRejection(loadPeers(loaders), 'RKT_ERR_PACKAGES');
    expect(error.message)
      .to.contain('could not load @opentelemetry/sdk-logs')
      .and.to.contain('npm install @opentelemetry/api');
    expect(error.cause).to.be.instanceOf(Error);
  });
});
