import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

import { expect } from 'chai';

import type { FleetHost } from '../../src/model/fleet-host.ts';
import type { TaskStatus } from '../../src/model/task-status.ts';
import { writeRecording } from '../drivers/recorded/write-recording.ts';
import { eventually, openPrometheus, type Scraper } from '../exporters/scraper.ts';
import { openClusterNetwork, type ClusterNetwork } from '../support/cluster-network.ts';
import { requires } from '../support/requirements.ts';

const EXAMPLES = 'examples/cluster';
const HOST_AGENT = fileURLToPath(new URL('../support/host-agent-child.js', import.meta.url));
const COMMAND = fileURLToPath(new URL('../../dist/programs/rkt-streams.js', import.meta.url));
const FLEET = 'http://127.0.0.1:9480';
const HOSTS = 20;
/** Of all agents, as that of the examples. */
const TOKEN = 'one-token-of-all-agents-of-the-cluster';
const nameOf = (index: number): string => `node-${index}`;

/** Twenty agents in network namespaces of their own, a real Prometheus that finds them in a file, and an agent of the fleet. */
describe('the examples of a cluster', function () {
  this.timeout(240_000);
  let directory: string;
  let recording: string;
  let network: ClusterNetwork;
  let prometheus: Scraper;
  const agents: ChildProcess[] = [];
  const closers: (() => unknown)[] = [];

  /** Resolves when it has printed a text. */
  const start = async (text: string, words: readonly string[]): Promise<ChildProcess> => {
    const [program = '', ...args] = words;
    const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    let printed = '';
    await new Promise<void>((started, failed) => {
      child.stdout.on('data', (bytes: Buffer) => {
        printed += bytes.toString();
        if (printed.includes(text)) started();
      });
      child.on('exit', (code) => failed(new Error(`${words.join(' ')} has ended with ${code}: ${printed}`)));
    });
    return child;
  };
  const end = async (child: ChildProcess | undefined): Promise<void> => {
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'close');
    child.kill('SIGKILL');
    await ended;
  };
  const startAgent = async (index: number): Promise<void> => {
    const words = [HOST_AGENT, recording, join(directory, nameOf(index)), network.addressOf(index)];
    agents[index] = await start('ready', [...network.enter(index), process.execPath, ...words]);
  };
  const ask = async <T>(path: string): Promise<T> =>
    JSON.parse((await network.fetch(`${FLEET}${path}`)).text) as T;
  const states = async (): Promise<readonly string[]> =>
    (await ask<{ readonly hosts: readonly FleetHost[] }>('/v1/hosts')).hosts.map(
      ({ host, connection }) => `${host} ${connection.state}`,
    );
  const stale = async (): Promise<string> =>
    (await states()).filter((state) => !state.endsWith(' live')).join(', ');
  const expression = (expr: string): string =>
    expr.replaceAll('$__rate_interval', '10s').replaceAll(/\$(datacenter|namespace|node)\b/g, '.*');
  const isUp = (index: number, value: number): Promise<void> =>
    eventually(`${nameOf(index)} is ${value}`, async () => {
      const [sample] = await prometheus.query(`up{node="${nameOf(index)}"}`);
      return sample?.value === value;
    });

  before(async function () {
    requires(this, 'root', 'pods', 'ip', 'prometheus');
    directory = await mkdtemp(join(tmpdir(), 'rkt-streams-test-'));
    closers.push(() => rm(directory, { recursive: true }));
    recording = join(directory, 'host.rec');
    await writeRecording(recording, { taskIds: ['web', 'db'], ticks: 120 });
    network = await openClusterNetwork(HOSTS);
    closers.push(() => network.close());
    const indexes = Array.from({ length: HOSTS }, (_, index) => index);
    for (const name of ['operator', ...indexes.map(nameOf)]) {
      await mkdir(join(directory, name));
      await writeFile(join(directory, name, 'agent-token'), TOKEN, { mode: 0o600 });
    }
    closers.push(() => Promise.all(agents.map(end)));
    await Promise.all(indexes.map(startAgent));
    await mkdir(join(directory, 'targets'));
    const groups = indexes.map((index) => ({
      targets: [`${network.addressOf(index)}:9477`],
      labels: { node: nameOf(index), datacenter: index < 10 ? 'dc1' : 'dc2', namespace: 'default' },
    }));
    await writeFile(join(directory, 'targets', 'hosts.json'), JSON.stringify(groups));
    const token = join(directory, 'operator', 'agent-token');
    prometheus = await openPrometheus(
      {
        global: { scrape_interval: '1s', evaluation_interval: '1s' },
        rule_files: [resolve(EXAMPLES, 'rules.yml')],
        scrape_configs: [
          {
            job_name: 'rkt-streams-files',
            honor_labels: true,
            authorization: { credentials_file: token },
            file_sd_configs: [{ files: [join(directory, 'targets', '*.json')] }],
          },
        ],
      },
      { enter: network.enter(), fetch: network.fetch },
    );
    closers.push(() => prometheus.close());
    const hosts = indexes.map((index) => ({
      name: nameOf(index),
      url: `http://${network.addressOf(index)}:9477`,
    }));
    await writeFile(join(directory, 'hosts.json'), JSON.stringify({ hosts }));
    const fleet = await start(FLEET, [
      ...[...network.enter(), process.execPath, COMMAND, 'agent', '--fleet', join(directory, 'hosts.json')],
      ...['--fleet-tokens', token, '--listen', '127.0.0.1:9480', '--data-dir', join(directory, 'operator')],
    ]);
    closers.push(() => end(fleet));
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

  it('have an agent of the fleet that shows the tasks of all of them', async () => {
    await eventually(
      'all hosts are live',
      async () => (await states()).length === HOSTS && (await stale()) === '',
    );
    let ids: readonly string[] = [];
    await eventually('all tasks are there', async () => {
      ids = (await ask<{ readonly tasks: readonly TaskStatus[] }>('/v1/tasks')).tasks.map(({ id }) => id);
      return ids.length === 2 * HOSTS;
    });
    expect(ids).to.include.members(['node-0/web', 'node-19/db']);
    expect(await network.fetch(`${FLEET}/`)).to.include({ status: 200 });
    await eventually('its metrics have all tasks', async () => {
      const { text } = await network.fetch(`${FLEET}/metrics`);
      return (text.match(/^container_memory_usage_bytes\{.*host="node-\d+"/gm) ?? []).length === 2 * HOSTS;
    });
  });

  it('require the token of the agents', async () => {
    const url = `http://${network.addressOf(5)}:9477/v1/tasks`;
    expect((await network.fetch(url)).status).to.equal(401);
    expect((await network.fetch(url, { authorization: `Bearer ${TOKEN}` })).status).to.equal(200);
  });

  it('show a host that is lost, and that it is back', async () => {
    await end(agents[3]);
    await isUp(3, 0);
    await eventually('the fleet shows it', async () => (await stale()) === 'node-3 stale');
    await startAgent(3);
    await isUp(3, 1);
    await eventually('the fleet shows that it is live', async () => (await stale()) === '');
  });
});
