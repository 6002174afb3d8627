import { existsSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect } from 'chai';

import { recordingSummary } from '../../src/drivers/recorded/index.ts';
import type { TaskEvent, TaskHandle } from '../../src/index.ts';
import type { Alert } from '../../src/server/alerts/alert.ts';
import { statsFrameSchema } from '../../src/server/schemas/usage-schemas.ts';
import { parseLines, type CliProcess } from '../support/cli-process.ts';
import { FOREVER, useCliSandbox, type CliSandbox } from '../support/cli-sandbox.ts';
import { ask, readStream, type Answer, type AskOptions } from '../support/server-fixture.ts';
import { until } from '../support/until.ts';

interface Agent {
  readonly process: CliProcess;
  readonly url: string;
  readonly socketPath: string;
  ask(path: string, more?: AskOptions): Promise<Answer>;
}

/** The samples in a recording; 0 while it has no block. */
function openedSamples(file: string): number {
  try {
    return recordingSummary(file).samples;
  } catch {
    return 0;
  }
}

describe('rkt-streams agent', () => {
  const get = useCliSandbox();

  const begin = async ({ start }: CliSandbox, ...flags: readonly string[]): Promise<Agent> => {
    const process = start(['--json', 'agent', '--listen', '127.0.0.1:0', ...flags]);
    await process.says('\n');
    const { url, socketPath } = JSON.parse(process.stdout()) as { url: string; socketPath: string };
    return { process, url, socketPath, ask: (path, more) => ask({ url, socketPath }, path, more) };
  };
  const end = async (agent: Agent, signal: NodeJS.Signals): Promise<number | null> => {
    agent.process.child.kill(signal);
    return (await agent.process.ended).exitCode;
  };
  const local = { local: true, headers: { 'content-type': 'application/json' } } as const;

  it('starts, shows, measures, executes in, stops and destroys a task', async function () {
    this.timeout(60_000);
    const cli = get();
    const agent = await begin(cli);
    const reader = readStream(agent, '/v1/streams?topics=events,stats&intervalMs=100');
    const spec = cli.sandbox.shell('a/b', `echo hello; ${FOREVER}`);
    const started = await agent.ask('/v1/tasks', { ...local, method: 'POST', body: JSON.stringify(spec) });
    const { taskId, handle } = JSON.parse(started.text) as { taskId: string; handle: TaskHandle };
    expect([started.status, taskId, handle.state.spec.id]).to.deep.equal([201, 'a/b', 'a/b']);
    const again = await agent.ask('/v1/tasks', { ...local, method: 'POST', body: JSON.stringify(spec) });
    expect(again.status).to.equal(409);
    await until('its samples come', () =>
      reader.frames.some(({ event, data }) => event === 'stats' && JSON.stringify(data).includes('"a/b"')),
    );
    for (const { data } of reader.frames.filter(({ event }) => event === 'stats')) {
      expect(statsFrameSchema.safeParse(data).error).to.equal(undefined);
    }
    await until('its output is there', async () =>
      (await agent.ask('/v1/tasks/a%2Fb/logs')).text.includes('hello'),
    );
    const exec = { ...local, method: 'POST', body: '{"cmd":["/bin/sh","-c","echo in; exit 3"]}' };
    const executed = await agent.ask('/v1/tasks/a%2Fb/exec', exec);
    expect(JSON.parse(executed.text)).to.include({ exitCode: 3, stdout: 'in\n' });
    expect((await agent.ask('/metrics')).text).to.match(/^rkt_streams_build_info\{.*cgroup="v[12]"/m);
    const stop = { ...local, method: 'POST', body: '{"signal":"SIGTERM"}' };
    expect((await agent.ask('/v1/tasks/a%2Fb/stop', stop)).status).to.equal(204);
    expect(JSON.parse((await agent.ask('/v1/tasks/a%2Fb')).text)).to.have.nested.property(
      'task.exitResult.exitCode',
      7,
    );
    expect((await agent.ask('/v1/tasks/a%2Fb', { ...local, method: 'DELETE' })).status).to.equal(204);
    const kinds = (): readonly unknown[] =>
      reader.frames.flatMap(({ event, data }) =>
        event === 'events' ? [(data as { kind: string }).kind] : [],
      );
    await until('all was reported', () => kinds().includes('destroyed'));
    expect(kinds()).to.include.members(['prepared', 'started', 'stopping', 'exited', 'destroyed']);
    expect(await end(agent, 'SIGTERM')).to.equal(0);
    await until('the stream has ended', reader.isOver);
    expect(existsSync(agent.socketPath)).to.equal(false);
  });

  it('is refused beside another, which dies, and whose socket and tasks the next one takes over', async function () {
    this.timeout(60_000);
    const cli = get();
    const first = await begin(cli);
    await cli.detach('web');
    await until('it sees the task', async () => (await first.ask('/v1/tasks')).text.includes('"web"'));
    const reader = readStream(first, '/v1/streams/events?replay=1');
    await until('an event came', () => reader.frames.length > 0);
    const second = await cli.run(['agent', '--listen', '127.0.0.1:0']);
    expect(second.exitCode).to.equal(1);
    expect(second.stderr).to.include('RKT_ERR_AGENT_RUNNING').and.to.include(first.socketPath);
    expect((await first.ask('/v1/health')).status).to.equal(200);
    await end(first, 'SIGKILL');
    expect(existsSync(first.socketPath)).to.equal(true);
    const next = await begin(cli);
    expect(JSON.parse((await next.ask('/v1/tasks')).text)).to.have.nested.property(
      'tasks[0].phase',
      'running',
    );
    const resumed = readStream(next, '/v1/streams/events', { 'last-event-id': reader.frames[0]?.id ?? '' });
    await until('it was reported', () => resumed.frames.length > 1);
    expect(resumed.frames[0]).to.deep.include({ event: 'missed', data: { restarted: true } });
    expect(await end(next, 'SIGTERM')).to.equal(0);
  });

  it('publishes the ends of tasks of others once, counts them and raises alerts, those while it was down as well', async function () {
    this.timeout(120_000);
    const cli = get();
    const crash = async (id: string): Promise<void> => {
      expect((await cli.run(cli.shell('exit 9', '--id', id, '--name', id))).exitCode).to.equal(9);
    };
    /** The tasks whose end an agent has published, those it counts as failed, and those with an alert. */
    const seenBy = async (agent: Agent): Promise<readonly (readonly string[])[]> => {
      const reader = readStream(agent, '/v1/streams/events?replay=1000');
      await until('its events are there', () => reader.frames.length > 0);
      const events = reader.frames.map(({ data }) => data as TaskEvent);
      const failures = (await agent.ask('/metrics')).text.matchAll(
        /^rkt_task_failures_total\{.*?task="(.*?)".*?\} ([0-9]+)$/gm,
      );
      const { alerts } = JSON.parse((await agent.ask('/v1/alerts')).text) as { alerts: readonly Alert[] };
      return [
        events.filter(({ kind }) => kind === 'exited').map(({ taskId }) => taskId),
        [...failures].flatMap(([, task = '', count]) => (count === '0' ? [] : [`${task} ${count}`])),
        alerts.map(({ taskId, rule }) => `${taskId} ${rule}`),
      ];
    };
    const first = await begin(cli);
    await crash('seen');
    await until('the alert is raised', async () => (await first.ask('/v1/alerts')).text.includes('"seen"'));
    expect(await seenBy(first)).to.deep.equal([['seen'], ['seen 1'], ['seen crash']]);
    await end(first, 'SIGKILL');
    await crash('missed');
    const second = await begin(cli);
    expect(await seenBy(second)).to.deep.equal([['missed'], ['missed 1'], ['seen crash', 'missed crash']]);
    expect(await end(second, 'SIGTERM')).to.equal(0);
  });

  it('has the history of before a kill -9', async function () {
    this.timeout(120_000);
    const cli = get();
    await cli.detach('web');
    interface Columns {
      readonly timeMs: readonly number[];
    }
    const timesOf = async (agent: Agent, query: string): Promise<readonly number[]> =>
      (JSON.parse((await agent.ask(`/v1/history${query}`)).text) as Columns).timeMs;
    const file = join(cli.sandbox.options.dataDir, 'history', 'agent.rec');
    const first = await begin(cli);
    await until(
      'the history is on disk',
      () => existsSync(file) && readFileSync(file).length > 100 && openedSamples(file) > 1,
    );
    const before = [await timesOf(first, '?task=web'), await timesOf(first, '')];
    await end(first, 'SIGKILL');

    const second = await begin(cli);
    for (const [index, query] of ['?task=web', ''].entries()) {
      await until(`the history of ${query} is there again`, async () => {
        const now = await timesOf(second, query);
        return now.includes(before[index]![0]!);
      });
    }
    expect(await end(second, 'SIGTERM')).to.equal(0);
    const without = await begin(cli, '--history', 'none');
    const now = await timesOf(without, '?task=web');
    expect(now).to.not.include(before[0]![0]);
    expect(await end(without, 'SIGTERM')).to.equal(0);
  });

  it('reads its configuration again on SIGHUP, and reports what needs a restart', async function () {
    this.timeout(60_000);
    const cli = get();
    const config = join(cli.sandbox.base, 'config.json');
    const write = (server: object, more = {}): Promise<void> =>
      writeFile(config, JSON.stringify({ logLevel: 'info', server, ...more }));
    await write({});
    const agent = await begin(cli, '--config', config);
    const reload = async (says: string): Promise<void> => {
      const from = agent.process.stderr().length;
      agent.process.child.kill('SIGHUP');
      await until(`it says ${says}`, () => agent.process.stderr().slice(from).includes(says));
    };
    expect((await agent.ask('/v1/tasks')).status).to.equal(200);
    await write({ requireToken: true, intervalMs: 500, allowRemote: true }, { rktConcurrency: 2 });
    await reload('Configuration reloaded');
    expect(agent.process.stderr()).to.include('rktConcurrency').and.to.include('server.allowRemote');
    expect((await agent.ask('/v1/tasks')).status).to.equal(401);
    const log = (message: string) => parseLines(agent.process.stderr()).filter(({ msg }) => msg === message);
    expect(log('Agent started')[0]).to.include({
      config,
      url: agent.url,
      node: process.version,
      recoveredTasks: 0,
    });
    expect(log('Configuration reloaded')[0]?.['changed']).to.deep.include({
      'server.requireToken': { from: false, to: true },
      rktConcurrency: { from: 4, to: 2 },
    });
    const receivers = [
      { name: 'hook', type: 'webhook', url: 'http://localhost/T0KEN', headers: { a: 'S3CRET' } },
    ];
    await write({ requireToken: true, allowRemote: true, alerts: { receivers } }, { rktConcurrency: 2 });
    await reload('Configuration reloaded');
    // They still need one.
    expect(log('These settings need a restart to change')[1]).to.deep.include({
      settings: ['rktConcurrency', 'server.allowRemote'],
    });
    expect(JSON.stringify(log('Configuration reloaded')[1]))
      .to.include('server.alerts')
      .and.not.match(/T0KEN|S3CRET/);
    await write({ alerts: { rules: [{ name: 'x', on: 'nonsense' }] } });
    await reload('Configuration not reloaded');
    await writeFile(config, '{');
    await reload('Configuration not reloaded');
    await write({ labels: ['nonsense'] });
    await reload('Configuration not reloaded');
    expect((await agent.ask('/v1/tasks')).status).to.equal(401);
    const token = readFileSync(join(cli.sandbox.options.dataDir, 'agent-token'), 'utf8').trim();
    const answer = await agent.ask('/v1/tasks', { headers: { authorization: `Bearer ${token}` } });
    expect(answer.status).to.equal(200);
    expect(await end(agent, 'SIGINT')).to.equal(0);
  });
});
