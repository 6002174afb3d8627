import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

import { expect } from 'chai';
import { firstValueFrom } from 'rxjs';

import {
  EXPORTED_GROUPS,
  createPrometheusExporter,
  type PrometheusExporter,
} from '../../src/exporters/prometheus/index.ts';
import type { Driver } from '../../src/index.ts';
import { fakeDriver, playTasks } from '../exporters/fake-driver.ts';
import { readText, valueOf } from '../exporters/prometheus/read-text.ts';
import { eventually, openScraper, type Sample, type Scraper } from '../exporters/scraper.ts';
import { requires } from '../support/requirements.ts';
import { openSandbox, type Sandbox } from '../support/sandbox.ts';
import { until } from '../support/until.ts';

const RULES = 'examples/prometheus/rules.yml';
const MEMORY_LIMIT_BYTES = 64 * 1024 * 1024;

/** Dashboards ask for these names of cAdvisor, and promtool warns of them: labels in camelCase, and a gauge that ends in _total. */
const FOREIGN = ['cadvisor_version_info', 'container_fs_inodes_total'];

function withoutForeignNames(text: string): string {
  const lines = text.split('\n');
  return lines.filter((line) => !FOREIGN.some((name) => line.includes(name))).join('\n');
}

/** A real Prometheus scrapes a driver with real pods. Both programs are in Debian's package prometheus. */

describe('Prometheus', function () {
  this.timeout(120_000);
  let sandbox: Sandbox | undefined;
  let driver: Driver;
  let exporter: PrometheusExporter;
  let prometheus: Scraper;

  before(async function () {
    requires(this, 'prometheus');
    sandbox = await openSandbox(this);
    driver = sandbox.driver();
    const groups = [...EXPORTED_GROUPS, 'disk', 'processes'] as const;
    exporter = createPrometheusExporter(driver, { labels: ['env:TEAM=team'], groups });
    prometheus = await openScraper(exporter, resolve(RULES));
    const shell: Sandbox['shell'] = (...args) => sandbox!.shell(...args);
    await Promise.all([
      driver.startTask(shell('busy', 'while :; do :; done', { env: { TEAM: 'blue' } })),
      driver.startTask(
        shell('idle', 'exec sleep 1000', {
          resources: {
            ...{ memoryLimitBytes: MEMORY_LIMIT_BYTES, memoryReservationBytes: MEMORY_LIMIT_BYTES / 2 },
            ...{ cpuShares: 512, cpuQuotaUs: 50_000, cpusetCpus: '0' },
          },
        }),
      ),
      driver.startTask(shell('short', 'exec sleep 1000')),
    ]);
    await eventually(
      'all are scraped',
      async () => (await query('container_last_seen{name!=""}')).length === 3,
    );
  });
  after(async () => {
    if (sandbox === undefined) return;
    await prometheus.close();
    exporter.close();
    await sandbox.close();
  });

  const query = (expression: string): Promise<readonly Sample[]> => prometheus.query(expression);
  const valueNow = async (expression: string): Promise<number | undefined> =>
    (await query(expression))[0]?.value;
  const eventuallyTrue = (expression: string): Promise<void> =>
    eventually(expression, async () => (await query(expression)).length > 0);

  it('takes both formats of the real metrics', () => {
    const checked = spawnSync('promtool', ['check', 'metrics'], {
      input: withoutForeignNames(exporter.render().body),
      encoding: 'utf8',
    });
    expect(checked).to.deep.include({ status: 0, stdout: '', stderr: '' });
    const { isEnded, series } = readText(exporter.render('application/openmetrics-text').body);
    expect(isEnded).to.equal(true);
    expect(series.length).to.be.greaterThan(60);
  });

  it('finds nothing wrong with a page without tasks, nor with one of every family', () => {
    const fake = fakeDriver();
    const other = createPrometheusExporter(fake.driver);
    const check = (): object =>
      spawnSync('promtool', ['check', 'metrics'], {
        input: withoutForeignNames(other.render().body),
        encoding: 'utf8',
      });
    expect(check()).to.deep.include({ status: 0, stderr: '' });
    playTasks(fake, ['web', 'a "quoted"\\ na\nme']);
    expect(check()).to.deep.include({ status: 0, stderr: '' });
    other.close();
  });

  it('scrapes OpenMetrics without an error', async () => {
    const { activeTargets } = (await prometheus.get('targets')) as {
      activeTargets: { health: string; lastError: string }[];
    };
    expect(activeTargets).to.have.length(1);
    expect(activeTargets[0]).to.include({ health: 'up', lastError: '' });
  });

  it('sees the rate of a busy task', async () => {
    // Of two cores that others use as well.
    await eventuallyTrue('rate(container_cpu_usage_seconds_total{name="busy"}[5s]) > 0.2');
    expect(await valueNow('rate(container_cpu_usage_seconds_total{name="busy"}[5s])')).to.be.lessThan(1.5);
    expect(await valueNow('rate(container_cpu_usage_seconds_total{name="idle"}[5s])')).to.be.lessThan(0.1);
    expect(
      await valueNow('topk(1, rate(container_cpu_usage_seconds_total{name!=""}[5s])) == bool 0'),
    ).to.equal(0);
    const [first] = await query('topk(1, rate(container_cpu_usage_seconds_total{name!=""}[5s]))');
    expect(first?.metric).to.include({ name: 'busy', cpu: 'total', team: 'blue' });
  });

  it('sees counters that only rise', async () => {
    const counters = encodeURIComponent('{__name__=~"(container|rkt)_.*_total"}[1m]');
    const { result } = (await prometheus.get(`query?query=${counters}`)) as {
      result: { metric: object; values: [number, string][] }[];
    };
    expect(result.length).to.be.greaterThan(20);
    const isFalling = ({ values }: (typeof result)[number]): boolean =>
      values.some(([, value], index) => Number(value) < Number(values[index - 1]?.[1] ?? 0));
    expect(result.filter(isFalling)).to.deep.equal([]);
  });

  it('sees limits, shares, labels and the pod of a task', async () => {
    expect(await valueNow('container_spec_memory_limit_bytes{name="idle"}')).to.equal(MEMORY_LIMIT_BYTES);
    expect(await query('container_spec_memory_limit_bytes{name="busy"}')).to.deep.equal([]);
    expect(await valueNow('container_spec_cpu_shares{name="idle"}')).to.equal(512);
    const [seen] = await query('container_start_time_seconds{name="idle"}');
    expect(seen?.metric['id']).to.equal(
      `/${sandbox?.options.cgroupParent}/${seen?.metric['id']?.split('/').at(-1)}`,
    );
    const pod = driver.inspectTask('idle').podId;
    await eventuallyTrue(`rkt_pod_state{uuid="${pod}", state="running"} == 1`);
    expect(await query(`rkt_pod_info{uuid="${pod}", task="idle"}`)).to.have.length(1);
  });

  it('answers the queries of dashboards for cAdvisor about disks, processes and reserved cores', async () => {
    await eventuallyTrue('sum(container_fs_usage_bytes{name="idle"}) > 0');
    await eventuallyTrue(
      'sum(container_fs_usage_bytes{name=~".+"}) / max(container_fs_limit_bytes{name=~".+"}) < 1',
    );
    await eventuallyTrue('1 - container_fs_inodes_free{name="idle"} / container_fs_inodes_total < 1');
    await eventuallyTrue('sum by (name) (container_tasks_state{state="sleeping", name="idle"}) == 1');
    await eventuallyTrue('container_processes{name="idle"} == 1');
    await eventuallyTrue('container_threads{name="idle"} == 1');
    await eventuallyTrue('container_spec_cpuset_cores{name="idle"} == 1');
    await eventuallyTrue(
      'rate(container_cpu_usage_seconds_total{name="idle"}[5s]) / on (name) (container_spec_cpu_quota / on (name) container_spec_cpu_period) < 1',
    );
    await eventuallyTrue(
      'container_memory_working_set_bytes / on (name) container_spec_memory_reservation_limit_bytes < 1',
    );
  });

  it('sees what the machine and the driver report of themselves', async () => {
    await eventuallyTrue('rkt_streams_driver_health{health="healthy"} == 1');
    await eventuallyTrue('rkt_streams_tasks{phase="running"} == 3');
    await eventuallyTrue('machine_memory_bytes > 0');
    await eventuallyTrue('rate(rkt_streams_samples_total[5s]) > 0.5');
  });

  it('sees the series of a task end with the task', async () => {
    await driver.destroyTask('short', { force: true });
    await until('the page is without it', () => !exporter.render().body.includes('name="short"'));
    // Without staleness they would be found for five minutes.
    await eventually('the series are gone', async () => (await query('{name="short"}')).length === 0);
    expect(await query('container_last_seen{name="idle"}')).to.have.length(1);
  });

  it('counts the task that was killed for memory, of which no series is left', async () => {
    await eventuallyTrue('rkt_task_starts_total{task="idle"} == 1');
    const resources = { memoryLimitBytes: 32 * 1024 * 1024 };
    await driver.startTask(sandbox!.shell('hog', 'sleep 2; x=a; while :; do x=$x$x; done', { resources }));
    await eventuallyTrue('rkt_task_oom_kills_total{task="hog"} == 0');
    await firstValueFrom(driver.waitTask('hog'));
    await eventuallyTrue('rkt_app_oom_killed{name="hog"} == 1');
    expect(valueOf(readText(exporter.render().body), 'rkt_app_exit_code', { name: 'hog' })).to.equal(137);
    await driver.destroyTask('hog');
    await eventuallyTrue('increase(rkt_task_oom_kills_total{task="hog"}[30s]) > 0');
    await eventuallyTrue('ALERTS{alertname="RktTaskOomKilled", alertstate="firing", task="hog"}');
  });

  it('takes the rules and the configuration of the examples', async () => {
    for (const args of [
      ['check', 'rules', RULES],
      ['test', 'rules', 'examples/prometheus/rules.test.yml'],
      ['check', 'config', 'examples/prometheus/prometheus.yml'],
    ])
      expect(spawnSync('promtool', args, { encoding: 'utf8' })).to.deep.include({ status: 0 });
    const { groups } = (await prometheus.get('rules')) as { groups: { rules: { health: string }[] }[] };
    const healths = groups.flatMap(({ rules }) => rules.map(({ health }) => health));
    expect(new Set(healths)).to.deep.equal(new Set(['ok']));
  });

  describe('the dashboard of the examples', () => {
    const dashboard = JSON.parse(readFileSync('examples/grafana/rkt-streams.json', 'utf8')) as {
      panels: { title: string; targets?: { expr: string }[] }[];
    };
    /** The pods of these tests share the network of the machine. */
    const WITHOUT_DATA = ['Network'];
    for (const { title, targets = [] } of dashboard.panels) {
      if (targets.length === 0) continue;
      it(`has data for ${title}`, async () => {
        for (const { expr } of targets) {
          const expression = expr
            .replaceAll('$__rate_interval', '10s')
            .replaceAll('$instance', '.*')
            .replaceAll('$name', '.+');
          expect(expression).to.not.contain('$');
          if (WITHOUT_DATA.includes(title)) await query(expression);
          else await eventuallyTrue(expression);
        }
      });
    }
  });
});
