import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect } from 'chai';

import { createRecordedDriver, type RecordedDriver } from '../../src/drivers/recorded/index.ts';
import type { FleetHost } from '../../src/model/fleet-host.ts';
import type { TaskStatus } from '../../src/model/task-status.ts';
import { writeRecording } from '../drivers/recorded/write-recording.ts';
import { startCli, type CliProcess } from '../support/cli-process.ts';
import { serve, type Served } from '../support/served.ts';
import { until } from '../support/until.ts';

/** Agents of three hosts, each with a recording, and an agent of them all. */
describe('rkt-streams agent --fleet', function () {
  this.timeout(240_000);
  let directory: string;
  let hostsFile: string;
  let fleet: CliProcess;
  let url: string;
  const agents = new Map<string, { readonly served: Served; readonly driver: RecordedDriver }>();

  const open = async (name: string, requireToken: boolean): Promise<void> => {
    const file = join(directory, `${name}.rec`);
    await writeRecording(file, { taskIds: ['web', `only-${name}`], ticks: 60 });
    const driver = createRecordedDriver(file, { loop: true });
    agents.set(name, { driver, served: await serve(driver, { requireToken }) });
  };
  const tokenOf = (name: string): string => agents.get(name)?.served.server.tokenPath ?? '';
  const entryOf = (name: string, more: object = {}) => ({
    ...{ name, url: `http://127.0.0.1:${agents.get(name)?.served.port ?? 0}` },
    ...more,
  });
  const list = (...hosts: readonly object[]): Promise<void> =>
    writeFile(hostsFile, JSON.stringify({ hosts }));
  const get = async <T>(path: string): Promise<T> => (await (await fetch(`${url}${path}`)).json()) as T;
  const ids = async (): Promise<string> =>
    (await get<{ readonly tasks: readonly TaskStatus[] }>('/v1/tasks')).tasks.map(({ id }) => id).join(' ');
  const states = async (): Promise<string> => {
    const { hosts } = await get<{ readonly hosts: readonly FleetHost[] }>('/v1/hosts');
    return hosts.map(({ host, connection }) => `${host}:${connection.state}`).join(' ');
  };

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'rkt-streams-test-'));
    hostsFile = join(directory, 'hosts.json');
    await open('n1', false);
    await open('n2', true);
    await open('n3', true);
    await mkdir(join(directory, 'tokens'));
    await writeFile(join(directory, 'tokens', 'n3'), await readFile(tokenOf('n3')), { mode: 0o600 });
    await list(entryOf('n1'), entryOf('n2', { tokenFile: tokenOf('n2') }));
    const place = ['--data-dir', join(directory, 'data'), '--listen', '127.0.0.1:0', '--log-level', 'debug'];
    const tokens = ['--fleet-tokens', join(directory, 'tokens')];
    fleet = startCli(['agent', '--fleet', hostsFile, ...tokens, ...place]);
    await fleet.says('rkt-streams agent: http');
    url = /http:\S+/.exec(fleet.stdout())?.[0] ?? '';
  });
  after(async () => {
    fleet.child.kill('SIGKILL');
    await fleet.ended;
    for (const { served, driver } of agents.values()) {
      await served.close();
      await driver.shutdown();
    }
    await rm(directory, { recursive: true });
  });

  it('serves the tasks of all hosts, by host', async () => {
    await until('both hosts are live', async () => (await states()) === 'n1:live n2:live');
    await until('all tasks are there', async () => (await ids()) === 'n1/web n1/only-n1 n2/web n2/only-n2');
    const { tasks } = await get<{ readonly tasks: readonly TaskStatus[] }>('/v1/tasks');
    expect(tasks.map(({ host }) => host)).to.deep.equal(['n1', 'n1', 'n2', 'n2']);
  });

  it('has metrics with the host', async () => {
    const text = async (): Promise<string> => await (await fetch(`${url}/metrics`)).text();
    await until('there is a sample of each host', async () => {
      const series = [...(await text()).matchAll(/^container_memory_rss\{.*host="(n\d)"/gm)];
      return new Set(series.map(([, host]) => host)).size === 2;
    });
    const all = await text();
    expect(all).to.match(/^rkt_streams_host_live\{host="n1"\} 1$/m);
    expect(all).to.match(/^container_start_time_seconds\{.*name="n2\/web",host="n2",task="web",job="shop"/m);
  });

  it('adds a host that its file lists from now on, with its token, and removes another one', async () => {
    await list(entryOf('n2', { tokenFile: tokenOf('n2') }), entryOf('n3'));
    await until('the hosts are the new ones', async () => (await states()) === 'n2:live n3:live');
    await until('the tasks are theirs', async () => (await ids()) === 'n2/web n2/only-n2 n3/web n3/only-n3');
  });

  it('shows a host that is lost as stale, with its latest tasks', async () => {
    await agents.get('n3')?.served.server.close();
    await until('it is stale', async () => (await states()) === 'n2:live n3:stale');
    expect(await ids()).to.equal('n2/web n2/only-n2 n3/web n3/only-n3');
  });

  it('reads its file again at SIGHUP, and goes on with a wrong one', async () => {
    await writeFile(hostsFile, '{ "hosts": [');
    fleet.child.kill('SIGHUP');
    await until('it is logged', () => fleet.stderr().includes('stay as they are'));
    expect(await states()).to.match(/^n2:live n3:/);
  });

  it('has no token in its output', async () => {
    for (const name of ['n2', 'n3']) {
      const token = (await readFile(join(tokenOf(name)), 'utf8')).trim();
      expect(fleet.stdout() + fleet.stderr()).not.to.contain(token);
    }
  });

  it('ends at SIGTERM', async () => {
    fleet.child.kill('SIGTERM');
    expect((await fleet.ended).exitCode).to.equal(0);
  });

  it('does not start with a source that is wrong', async () => {
    for (const [args, why] of [
      [['--fleet', join(directory, 'none.json')], 'ENOENT'],
      [['--fleet', 'nomad+http://127.0.0.1:4646'], 'neither the name of a service'],
      [['--fleet', hostsFile, '--replay', 'x.rec'], '--fleet or --replay, not both'],
    ] as const) {
      const { exitCode, stderr } = await startCli(['agent', ...args]).ended;
      expect(exitCode).to.equal(2);
      expect(stderr).to.contain(why);
    }
  });
});
