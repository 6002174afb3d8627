import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

import { expect } from 'chai';

import {
  EXPORTED_GROUPS,
  createPrometheusExporter,
  type PrometheusExporter,
} from '../../src/exporters/prometheus/index.ts';
import { ALL_FAMILIES } from '../../src/exporters/prometheus/metric-tables.ts';
import { ASKED_SERIES, CADVISOR_METRICS, type AskedSeries } from '../fixtures/cadvisor-dashboards.ts';
import { eventually, openScraper, type Scraper } from '../exporters/scraper.ts';
import { requires } from '../support/requirements.ts';
import { openSandbox, type Sandbox } from '../support/sandbox.ts';

const COUNTERS = new Set(ALL_FAMILIES.filter(({ type }) => type === 'counter').map(({ name }) => name));

/** A query that dashboards could have written: a counter as a rate, and added up where it is asked for by labels. */
function queryOf({ metric, matchers = '', by = [] }: AskedSeries): string {
  const selector = `${metric}{${matchers}}`;
  const values = COUNTERS.has(metric) ? `rate(${selector}[30s])` : selector;
  return by.length === 0 ? `sum(${values})` : `sum by (${by.join(', ')}) (${values})`;
}

/** A real Prometheus asks what public dashboards for cAdvisor ask. */
describe('dashboards for cAdvisor', function () {
  this.timeout(120_000);
  let sandbox: Sandbox | undefined;
  let exporters: PrometheusExporter[] = [];
  let scrapers: Scraper[] = [];
  let group: ChildProcess | undefined;

  before(async function () {
    requires(this, 'prometheus', 'ip');
    sandbox = await openSandbox(this);
    const driver = sandbox.driver();
    const groups = [...EXPORTED_GROUPS, 'disk', 'processes'] as const;
    const labels = ['meta:group=container_label_org_label_schema_group'];
    exporters = (['docker', 'nomad'] as const).map((labelNames) =>
      createPrometheusExporter(driver, { groups, labels, labelNames, hostIntervalMs: 500 }),
    );
    scrapers = await Promise.all(
      exporters.map((exporter) => openScraper(exporter, resolve('examples/prometheus/rules.yml'))),
    );
    group = spawn('unshare', ['--net', 'sh', '-c', 'ip link set lo up; echo ready; exec cat'], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    await once(group.stdout!, 'data');
    const networkNamespace = `/proc/${group.pid}/ns/net`;
    const resources = { memoryLimitBytes: 64 * 1024 * 1024, cpuShares: 512, cpuQuotaUs: 50_000 };
    await driver.startTask(
      sandbox.shell('nginx', 'exec sleep 1000', {
        resources,
        networkNamespace,
        name: 'nginx',
        jobName: 'shop',
      }),
    );
    await driver.startTask(
      sandbox.shell('jenkins', 'exec sleep 1000', { env: { NOMAD_META_GROUP: 'monitoring' } }),
    );
  });
  after(async () => {
    await Promise.all(scrapers.map((scraper) => scraper.close()));
    for (const exporter of exporters) exporter.close();
    await sandbox?.close();
    if (group === undefined) return;
    const ended = once(group, 'exit');
    group.stdin?.end();
    await ended;
  });

  const [docker, nomad] = [0, 1];
  for (const asked of ASKED_SERIES) {
    const query = queryOf(asked);
    const from = asked.sources.join(', ');
    if (asked.needs === undefined) {
      it(`have data for ${query} (${from})`, async () => {
        const scraper = scrapers[asked.matchers?.includes('nomad') === true ? nomad : docker] as Scraper;
        const named = asked.by ?? [];
        await eventually(query, async () =>
          (await scraper.query(query)).some(({ metric }) => named.every((label) => label in metric)),
        );
      });
    }
  }

  it('have none for what is of Docker Swarm or Kubernetes', async () => {
    const others = ASKED_SERIES.filter(({ needs }) => needs !== undefined).map(queryOf);
    expect(others).to.have.length.above(0);
    const answers = await Promise.all(others.map((query) => (scrapers[docker] as Scraper).query(query)));
    expect(answers.flat()).to.deep.equal([]);
  });

  it('report the machine from its tasks', async () => {
    const [root] = await (scrapers[docker] as Scraper).query('container_memory_usage_bytes{id="/"}');
    expect(Object.keys(root?.metric ?? {}).sort()).to.deep.equal(['__name__', 'id', 'instance', 'job']);
    const asked = 'sum(container_memory_usage_bytes{name!=""}) < on () container_memory_usage_bytes{id="/"}';
    expect(await (scrapers[docker] as Scraper).query(asked)).to.have.length(1);
  });
});

describe('the metrics of cAdvisor', () => {
  const page = readFileSync('docs/metrics.md', 'utf8');
  const exported = new Set(ALL_FAMILIES.map(({ name }) => name));

  for (const [name, how] of Object.entries(CADVISOR_METRICS)) {
    it(`${name}: ${how === 'exported' ? how : `not measured, and documented (${how})`}`, () => {
      expect(exported.has(name)).to.equal(how === 'exported');
      expect(page).to.contain(`\`${name}\``);
    });
  }
});
