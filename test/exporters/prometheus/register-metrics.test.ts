import { expect } from 'chai';
import { Gauge, Registry, type RegistryContentType } from 'prom-client';

import { createPrometheusExporter, registerMetrics } from '../../../src/exporters/prometheus/index.ts';
import { fakeDriver, playTasks } from '../fake-driver.ts';
import { readText, valueOf } from './read-text.ts';

describe('registerMetrics', () => {
  it('adds all series to a registry, beside those it has', async () => {
    const fake = fakeDriver();
    const registry = new Registry();
    new Gauge({ name: 'mine', help: 'h', registers: [registry] }).set(1);
    registerMetrics(registry, fake.driver, { labels: ['env:TEAM'] });
    const exporter = createPrometheusExporter(fake.driver, { labels: ['env:TEAM'] });
    playTasks(fake, ['web', 'db']);
    const theirs = readText(await registry.metrics());
    const ours = readText(exporter.render().body);
    expect(valueOf(theirs, 'mine')).to.equal(1);
    const sorted = (text: typeof ours): readonly string[] =>
      text.series.map((each) => JSON.stringify(each)).sort();
    expect(sorted({ ...theirs, series: theirs.series.filter(({ name }) => name !== 'mine') })).to.deep.equal(
      sorted(ours),
    );
  });

  it('shows the metrics of the moment in which it is asked', async () => {
    const fake = fakeDriver();
    const registry = new Registry();
    registerMetrics(registry, fake.driver);
    playTasks(fake, ['web']);
    expect(await registry.metrics()).to.contain('container_threads{');
    fake.tasks.next([]);
    expect(await registry.metrics()).to.not.contain('container_threads{');
  });

  it('works in a registry of OpenMetrics', async () => {
    const fake = fakeDriver();
    const registry = new Registry<RegistryContentType>();
    registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
    registerMetrics(registry, fake.driver);
    playTasks(fake, ['web']);
    const text = readText(await registry.metrics());
    expect(text.types.get('container_cpu_usage_seconds')).to.equal('counter');
    expect(valueOf(text, 'container_cpu_usage_seconds_total', { name: 'web' })).to.equal(12.345678901);
  });

  it('takes out what it has added, and lets go of the driver', async () => {
    const fake = fakeDriver();
    const registry = new Registry();
    const registration = registerMetrics(registry, fake.driver);
    registration.close();
    expect(fake.samples.observed).to.equal(false);
    expect((await registry.metrics()).trim()).to.equal('');
    registerMetrics(registry, fake.driver).close();
  });

  it('leaves nothing behind when a name is taken', () => {
    const fake = fakeDriver();
    const registry = new Registry();
    new Gauge({ name: 'rkt_pod_state', help: 'h', registers: [registry] });
    expect(() => registerMetrics(registry, fake.driver)).to.throw('rkt_pod_state');
    expect(fake.samples.observed).to.equal(false);
    expect(registry.getMetricsAsArray()).to.have.length(1);
  });
});
