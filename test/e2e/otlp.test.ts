import { expect } from 'chai';
import { firstValueFrom } from 'rxjs';

import { createOtlpExporter, type OtlpExporter } from '../../src/exporters/otlp/index.ts';
import type { Driver } from '../../src/index.ts';
import { openCollector, type Collector, type Point } from '../exporters/otlp/collector.ts';
import { openSandbox, type Sandbox } from '../support/sandbox.ts';
import { until } from '../support/until.ts';

/** Real pods, and a collector that decodes what it gets. */
describe('OTLP', function () {
  this.timeout(60_000);
  let sandbox: Sandbox;
  let driver: Driver;
  let collector: Collector;
  let exporter: OtlpExporter;

  before(async function () {
    sandbox = await openSandbox(this);
    driver = sandbox.driver();
    collector = await openCollector();
    exporter = await createOtlpExporter(driver, { url: collector.url, intervalMs: 200 });
    await driver.startTask(sandbox.shell('busy', 'while :; do :; done'));
  });
  after(async () => {
    if ((sandbox as Sandbox | undefined) === undefined) return;
    await exporter.close();
    await collector.close();
    await sandbox.close();
  });

  const latest = (metric: string): readonly Point[] =>
    (collector.exports.at(-1) ?? []).filter((point) => point.metric === metric);
  const cpuSeconds = (): number => latest('container.cpu.time').reduce((sum, { value }) => sum + value, 0);

  it('reports the CPU time of a busy task, which rises', async () => {
    await until('CPU time is reported', () => cpuSeconds() > 0);
    const before = cpuSeconds();
    await until('it has risen', () => cpuSeconds() > before);
    const { podId, startedAtMs } = driver.inspectTask('busy');
    expect(latest('container.cpu.time')[0]).to.deep.include({
      isMonotonic: true,
      unit: 's',
      startMs: startedAtMs,
    });
    expect(latest('container.cpu.time')[0]?.attributes).to.include({
      'container.id': podId,
      'container.name': 'busy',
      'container.image.name': sandbox.image,
    });
    expect(latest('container.memory.usage')[0]?.value).to.be.greaterThan(0);
  });

  it('reports of the driver', async () => {
    await until('it is healthy', () => latest('rkt.streams.driver_healthy')[0]?.value === 1);
    expect(latest('rkt.streams.samples')[0]?.value).to.be.greaterThan(0);
  });

  it('reports the events as log records, and no stats of a task that has ended', async () => {
    await driver.stopTask('busy', { signal: 'SIGTERM' });
    await firstValueFrom(driver.waitTask('busy'));
    await driver.destroyTask('busy');
    await until('its metrics have ended', () => latest('container.cpu.time').length === 0);
    await until('all events are there', () => collector.logs.length >= 5);
    expect(collector.logs.map(({ eventName }) => eventName)).to.deep.equal([
      'rkt.task.prepared',
      'rkt.task.started',
      'rkt.task.stopping',
      'rkt.task.exited',
      'rkt.task.destroyed',
    ]);
    expect(collector.logs[3]?.attributes).to.include({ 'container.name': 'busy', 'rkt.task.signal': '15' });
  });
});
