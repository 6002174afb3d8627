import { expect } from 'chai';
import { NEVER } from 'rxjs';

import { createPrometheusExporter } from '../../../src/exporters/prometheus/index.ts';
import { EXPORTED_GROUPS } from '../../../src/exporters/snapshot.ts';
import { RktError } from '../../../src/model/rkt-error.ts';
import { fakeDriver, playTasks } from '../fake-driver.ts';
import { readText, valueOf } from './read-text.ts';
import { OPENMETRICS, namesOf, setUp } from './set-up.ts';
import { aTaskEvent } from '../../support/task-events.ts';

describe('the page of createPrometheusExporter', () => {
  it('writes the text format', () => {
    const fake = setUp();
    playTasks(fake, ['web']);
    expect(fake.exporter.render().contentType).to.equal('text/plain; version=0.0.4; charset=utf-8');
    const { types, isEnded } = fake.read();
    expect(isEnded).to.equal(false);
    expect(types.get('container_cpu_usage_seconds_total')).to.equal('counter');
    expect(types.get('container_memory_failcnt')).to.equal('untyped');
    expect(types.get('rkt_pod_info')).to.equal('gauge');
  });

  it('writes OpenMetrics with the same series', () => {
    const fake = setUp();
    playTasks(fake, ['web']);
    expect(fake.exporter.render(OPENMETRICS).contentType).to.contain(
      'application/openmetrics-text; version=1.0.0',
    );
    const { types, units, isEnded, series } = fake.read(OPENMETRICS);
    expect(isEnded).to.equal(true);
    expect(types.get('container_cpu_usage_seconds')).to.equal('counter');
    expect(units.get('container_cpu_usage_seconds')).to.equal('seconds');
    expect(types.get('container_memory_failcnt')).to.equal('unknown');
    expect(types.get('rkt_pod')).to.equal('info');
    expect(series.map(({ name }) => name)).to.deep.equal(fake.read().series.map(({ name }) => name));
  });

  it('groups the series of a family below one head', () => {
    const fake = setUp();
    playTasks(fake, ['web', 'db', 'cache']);
    const { series } = fake.read();
    const heads = series.map(({ name }) => name).filter((name, index, all) => name !== all[index - 1]);
    expect(heads).to.deep.equal([...new Set(heads)]);
    expect(series.filter(({ name }) => name === 'container_threads')).to.have.length(3);
  });

  it('renews only what has moved, and forgets who has gone', () => {
    const fake = setUp();
    playTasks(fake, ['a', 'b']);
    const before = fake.read();
    playTasks(fake, ['b', 'c'], 7);
    const after = fake.read();
    expect(valueOf(before, 'container_cpu_cfs_periods_total', { name: 'b' })).to.equal(121);
    expect(valueOf(after, 'container_cpu_cfs_periods_total', { name: 'b' })).to.equal(7_120);
    expect(valueOf(after, 'container_cpu_cfs_throttled_periods_total', { name: 'c' })).to.equal(7);
    expect(after.series.filter(({ labels }) => labels['name'] === 'a')).to.deep.equal([]);
  });

  it('makes a text once for all scrapes between two changes', () => {
    const fake = setUp();
    playTasks(fake, ['web']);
    const { body } = fake.exporter.render();
    expect(fake.exporter.render('*/*').body).to.equal(body);
    fake.events.next(aTaskEvent('started', 'x'));
    expect(fake.exporter.render().body).to.not.equal(body);
  });

  it('adds the labels that were allowed', () => {
    const fake = setUp({ labels: ['env:TEAM=team', 'annotation:owner', 'env:ABSENT'] });
    playTasks(fake, ['web']);
    const { labels } = fake.read().series.find(({ name }) => name === 'container_threads')!;
    expect(labels)
      .to.include({ team: 'blue', annotation_owner: 'us' })
      .and.to.not.have.property('env_ABSENT');
  });

  it('refuses a label of another form', () => {
    expect(() => setUp({ labels: ['TEAM'] }))
      .to.throw(RktError, '"TEAM"')
      .with.property('code', 'RKT_ERR_OPTIONS');
  });

  it('asks for what it shows, and for nothing else', () => {
    const { asked } = setUp({ intervalMs: 5_000, hostIntervalMs: 60_000 });
    expect(asked.get('allTaskStats')).to.deep.equal({ intervalMs: 5_000, groups: EXPORTED_GROUPS });
    expect(asked.get('hostStats')).to.deep.equal({ intervalMs: 60_000 });
    expect(setUp({ groups: ['cpu'] }).asked.get('allTaskStats')).to.deep.equal({
      intervalMs: 1_000,
      groups: ['cpu'],
    });
  });

  it('lets go of the driver when it is closed', () => {
    const { exporter, tasks, samples, events } = setUp();
    exporter.close();
    expect([tasks.observed, samples.observed, events.observed]).to.deep.equal([false, false, false]);
  });

  it('loses what fails or ends, and says so', () => {
    const warnings: string[] = [];
    const logger = {
      debug: () => undefined,
      info: () => undefined,
      warn: (_: object, text: string) => void warnings.push(text),
      error: () => undefined,
    };
    const fake = setUp({ logger });
    playTasks(fake, ['web']);
    fake.samples.error(new Error('no more'));
    expect(namesOf(fake.read(), 'container_').length).to.equal(3);
    fake.tasks.complete();
    expect(namesOf(fake.read(), 'container_')).to.deep.equal([]);
    fake.events.error(new Error('none'));
    expect(warnings).to.deep.equal([
      'metrics lose samples: no more',
      'metrics: the events of tasks are no longer counted',
    ]);
  });

  it('answers with nothing rather than failing, and recovers', () => {
    const fake = fakeDriver();
    let isBroken = true;
    const driver = {
      ...fake.driver,
      pluginInfo: () => {
        if (isBroken) throw new Error('broken');
        return fake.driver.pluginInfo();
      },
      fingerprint: () => NEVER,
    };
    const exporter = createPrometheusExporter(driver);
    expect(exporter.render().body).to.equal('');
    expect(exporter.render(OPENMETRICS).body).to.equal('# EOF\n');
    isBroken = false;
    expect(namesOf(readText(exporter.render().body), 'rkt_streams_build')).to.have.length(1);
  });
});
