import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import { expect } from 'chai';
import type { Subscription } from 'rxjs';

import { createFleetDriver, type FleetDriver, type FleetHost } from '../../src/drivers/fleet/index.ts';
import { createRecordedDriver, type RecordedDriver } from '../../src/drivers/recorded/index.ts';
import { createRemoteDriver } from '../../src/drivers/remote/index.ts';
import { createPrometheusExporter } from '../../src/exporters/prometheus/index.ts';
import { createServer, type Server } from '../../src/server/index.ts';
import { writeRecording } from '../drivers/recorded/write-recording.ts';
import { eventually, openPrometheus, type Scraper } from '../exporters/scraper.ts';
import { requires } from '../support/requirements.ts';

const EXAMPLES = 'examples/cluster';
const HOSTS = 20;
const nameOf = (index: number): string => `node-${index}`;

/** Twenty agents at addresses of their own, a real Prometheus that finds them in a file, and a fleet of them. */
describe('the examples of a cluster', function () {
  this.timeout(240_000);
  let directory: string;
  let recorded: RecordedDriver;
  let prometheus: Scraper;
  let fleet: FleetDriver;
  let watch: Subscription;
  let hosts: readonly FleetHost[] = [];
  const agents: Server[] = [];
  const closers: (() => unknown)[] = [];

  /** Each has its address, as a machine has. */
  const open = (index: number, port: number): Promise<Server> => {
    const exporter = createPrometheusExporter(recorded);
    closers.push(() => exporter.close());
    const dataDir = join(directory, nameOf(index));
    const listen = { host: `127.0.1.${index + 1}`, port };
    return createServer(recorded, {
      dataDir,
      listen,
      socketPath: false,
      metrics: (accept) => exporter.render(accept),
    });
  };
  const target = ({ url = '' }: Server): string => new URL(url).host;
  const expression = (expr: string): string =>
    expr.replaceAll('$__rate_interval', '10s').replaceAll(/\$(datacenter|namespace|node)\b/g, '.*');
  const stale = (): string =>
    hosts.flatMap(({ host, connection }) => (connection.state === 'stale' ? [host] : [])).join(' ');
  const isUp = (index: number, value: number): Promise<void> =>
    eventually(`${nameOf(index)} is ${value}`, async () => {
      const [sample] = await prometheus.query(`up{node="${nameOf(index)}"}`);
      return sample?.value === value;
    });

  before(async function () {
    requires(this, 'prometheus');
    directory = await mkdtemp(join(tmpdir(), 'rkt-streams-test-'));
    closers.push(() => rm(directory, { recursive: true }));
    const file = join(directory, 'host.rec');
    await writeRecording(file, { taskIds: ['web', 'db'], ticks: 120 });
    recorded = createRecordedDriver(file, { loop: true });
    closers.push(() => recorded.shutdown());
    for (let index = 0; index < HOSTS; index += 1) agents.push(await open(index, 0));
    closers.push(() => Promise.all(agents.map((agent) => agent.close())));
    await mkdir(join(directory, 'targets'));
    const groups = agents.map((agent, index) => ({
      targets: [target(agent)],
      labels: { node: nameOf(index), datacenter: index < 10 ? 'dc1' : 'dc2', namespace: 'default' },
    }));
    await writeFile(join(directory, 'targets', 'hosts.json'), JSON.stringify(groups));
    prometheus = await openPrometheus({
      global: { scrape_interval: '1s', evaluation_interval: '1s' },
      rule_files: [resolve(EXAMPLES, 'rules.yml')],
      scrape_configs: [
        {
          job_name: 'rkt-streams-files',
          honor_labels: true,
          file_sd_configs: [{ files: [join(directory, 'targets', '*.json')] }],
        },
      ],
    });
    closers.push(() => prometheus.close());
    const sources = agents.map(
      ({ url = '' }, index) => [nameOf(index), createRemoteDriver({ url })] as const,
    );
    fleet = createFleetDriver({ sources: Object.fromEntries(sources), closeSources: true });
    closers.push(() => fleet.shutdown());
    watch = fleet.hosts().subscribe((all) => (hosts = all));
    closers.push(() => watch.unsubscribe());
  });
  after(async () => {
    for (const close of closers.reverse()) await close();
  });

  it('have a configuration and rules that promtool takes', async () => {
    const token = join(directory, 'token');
    await writeFile(token, 'token');
    for (const name of ['prometheus.yml', 'prometheus-nomad.yml']) {
      const text = await readFile(join(EXAMPLES, name), 'utf8');
      const checked = text
        .replaceAll('/etc/rkt-streams/agent-token', token)
        .replace('rules.yml', resolve(EXAMPLES, 'rules.yml'))
        // Debian builds Prometheus without it.
        .replace(/nomad_sd_configs:\n( {6}.*\n)+/, 'static_configs: []\n');
      await writeFile(join(directory, name), checked);
      const {
        status: code,
        stdout,
        stderr,
      } = spawnSync('promtool', ['check', 'config', join(directory, name)], {
        encoding: 'utf8',
      });
      expect(code, stdout + stderr).to.equal(0);
    }
    expect(spawnSync('promtool', ['test', 'rules', join(EXAMPLES, 'rules.test.yml')]).status).to.equal(0);
  });

  it('find all hosts in a file', async () => {
    await eventually('all are up', async () => {
      const [sample] = await prometheus.query('sum(up{job="rkt-streams-files"})');
      return sample?.value === HOSTS;
    });
    const all = await prometheus.query('count by (datacenter, namespace) (up)');
    expect(
      all.map(({ metric, value }) => [metric['datacenter'], metric['namespace'], value]),
    ).to.have.deep.members([
      ['dc1', 'default', 10],
      ['dc2', 'default', 10],
    ]);
  });

  it('have a dashboard whose queries have data, by host', async () => {
    const dashboard = JSON.parse(readFileSync(join(EXAMPLES, 'grafana/dashboards/cluster.json'), 'utf8')) as {
      readonly panels: readonly {
        readonly title: string;
        readonly targets: readonly { readonly expr: string }[];
      }[];
    };
    for (const { title, targets } of dashboard.panels)
      for (const { expr } of targets) {
        const query = expression(expr);
        expect(query).not.to.contain('$');
        const wanted = query.includes('by (node)') ? HOSTS : 1;
        await eventually(`${title} has data`, async () => (await prometheus.query(query)).length === wanted);
      }
    const [jobs] = await prometheus.query(
      'count by (job) (container_start_time_seconds{job="shop", name!=""})',
    );
    expect(jobs?.value).to.equal(2 * HOSTS);
  });

  it('have a fleet that shows the tasks of all of them', async () => {
    let ids: readonly string[] = [];
    const tasks = fleet.tasks().subscribe((all) => (ids = all.map(({ id }) => id)));
    await eventually('all tasks are there', () => ids.length === 2 * HOSTS);
    tasks.unsubscribe();
    expect(ids).to.include.members(['node-0/web', 'node-19/db']);
    await eventually('all hosts are live', () => hosts.length === HOSTS && stale() === '');
  });

  it('show a host that is lost, and that it is back', async () => {
    const lost = agents[3];
    const port = Number(new URL(lost?.url ?? '').port);
    await lost?.close();
    await isUp(3, 0);
    await eventually('the fleet shows it', () => stale() === 'node-3');
    agents[3] = await open(3, port);
    await isUp(3, 1);
    await eventually('the fleet shows that it is live', () => stale() === '');
  });
});
