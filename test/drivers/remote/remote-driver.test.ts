import { linkSync, writeFileSync } from 'node:fs';

import { expect } from 'chai';
import { firstValueFrom, lastValueFrom, take, toArray, type Observable } from 'rxjs';

import { agentKnows } from '../../../src/cli/agent-client/agent-knows.ts';
import { connectAgent } from '../../../src/cli/agent-client/connect-agent.ts';
import type { CommandDriver } from '../../../src/cli/command-driver.ts';
import { silentLogger, type Logger } from '../../../src/model/logger.ts';
import { expectRktError, expectRktRejection } from '../../support/errors.ts';
import { answers, fakeAgent, streams, type FakeAgent } from '../../support/fake-agent.ts';
import { recorder } from '../../support/stats-deps.ts';
import { aTaskEvent, anExit } from '../../support/task-events.ts';
import { aStatus, aUsage } from '../../support/top-tasks.ts';
import { until } from '../../support/until.ts';

const web = aStatus('a/web');
const sample = { taskId: 'a/web', usage: aUsage(1, 2) };
const exit = { exitCode: 3, oomKilled: false, completedAtMs: 7, source: 'exit-file' } as const;
const event = anExit('a/web', exit, { timeMs: 9 });
/** As JSON shows it: without what is undefined. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe('the client of an agent', () => {
  let agent: FakeAgent;
  let client: CommandDriver;

  beforeEach(async () => {
    agent = await fakeAgent();
    agent.answer = answers(200, { tasks: [web] });
    const found = await connectAgent(agent.socketPath, silentLogger);
    if (found === undefined) throw new Error('no agent was found');
    client = found;
  });
  afterEach(async () => {
    await client.shutdown();
    await agent.close();
  });

  const lastRequest = (): string => {
    const { method, url, body } = agent.seen.at(-1) ?? {};
    return [method, url, body].join(' ').trim();
  };

  it('reads streams, each with its options', async () => {
    const cases: readonly (readonly [() => Observable<unknown>, string, unknown, unknown])[] = [
      [() => client.tasks(), 'topics=tasks', { tasks: [web] }, [web]],
      [
        () => client.allTaskStats({ intervalMs: 500, groups: ['cpu', 'io'] }),
        'topics=stats&changes=true&intervalMs=500&groups=cpu%2Cio',
        { timeMs: 1, samples: [sample] },
        [sample],
      ],
      [
        () => client.taskStats('a/web'),
        'topics=stats&changes=true&task=a%2Fweb',
        { samples: [sample] },
        sample.usage,
      ],
      [() => client.taskEvents(), 'topics=events', event, event],
      [() => client.taskEvents({ replay: true }), 'topics=events&replay=1000', event, event],
      [() => client.taskEvents({ replay: 5 }), 'topics=events&replay=5', event, event],
      [
        () => client.hostStats({ intervalMs: 5_000 }),
        'topics=host&intervalMs=5000',
        { timestampMs: 1, cpu: { cores: 2 }, memory: {}, disks: [], uptimeMs: 3 },
        { timestampMs: 1, cpu: { cores: 2 }, memory: {}, disks: [], uptimeMs: 3 },
      ],
      [
        () => client.fingerprint(),
        'topics=fingerprint',
        { health: 'healthy', description: 'd', attributes: { 'driver.rkt': true }, timeMs: 1 },
        { health: 'healthy', description: 'd', attributes: { 'driver.rkt': true }, timeMs: 1 },
      ],
    ];
    for (const [open, query, data, value] of cases) {
      const topic = /topics=(\w+)/.exec(query)?.[1] ?? '';
      agent.answer = streams([
        ['missed', { count: 1 }],
        [topic, data],
      ]);
      expect(await firstValueFrom(open()), query).to.deep.equal(plain(value));
      expect(lastRequest()).to.equal(`GET /v1/streams?${query}`);
    }
  });

  it('does what is done to tasks', async () => {
    agent.answer = answers(204, undefined);
    await client.stopTask('a/web', { timeoutMs: 0, signal: 'SIGTERM' });
    expect(lastRequest()).to.equal('POST /v1/tasks/a%2Fweb/stop {"timeoutMs":0,"signal":"SIGTERM"}');
    await client.stopTask('a/web');
    expect(lastRequest()).to.equal('POST /v1/tasks/a%2Fweb/stop {}');
    await client.signalTask('a/web', 'SIGHUP');
    expect(lastRequest()).to.equal('POST /v1/tasks/a%2Fweb/signal {"signal":"SIGHUP"}');
    await client.destroyTask('a/web');
    expect(lastRequest()).to.equal('DELETE /v1/tasks/a%2Fweb');
    await client.destroyTask('a/web', { force: true });
    expect(lastRequest()).to.equal('DELETE /v1/tasks/a%2Fweb?force=true');
  });

  it('reports of a task what it last heard', async () => {
    expect(client.inspectTask('a/web')).to.deep.equal(plain(web));
    expectRktError(() => client.inspectTask('nope'), 'RKT_ERR_TASK_NOT_FOUND');
    agent.answer = streams([['tasks', { tasks: [{ ...web, phase: 'exited' }] }]]);
    await firstValueFrom(client.tasks());
    expect(client.inspectTask('a/web').phase).to.equal('exited');
  });

  it('throws the errors of the agent as its own', async () => {
    const error = { code: 'RKT_ERR_TASK_RUNNING', message: 'it runs', remedy: 'Stop it.' };
    agent.answer = answers(409, { error });
    const thrown = await expectRktRejection(client.destroyTask('a/web'), 'RKT_ERR_TASK_RUNNING');
    expect(thrown.what).to.equal('it runs');
    expect(thrown.details).to.deep.equal({ taskId: 'a/web' });
    agent.answer = answers(404, { error: { ...error, code: 'RKT_ERR_TASK_NOT_FOUND' } });
    await expectRktRejection(lastValueFrom(client.taskStats('a/web')), 'RKT_ERR_TASK_NOT_FOUND');
    agent.answer = answers(500, { error: { ...error, code: 'UNEXPECTED' } });
    expect(await client.signalTask('a/web', 'SIGHUP').catch(String)).to.equal('Error: it runs');
    agent.answer = answers(502, 'what?');
    const lost = await expectRktRejection(client.signalTask('a/web', 'SIGHUP'), 'RKT_ERR_AGENT_LOST');
    expect(lost.message).to.contain('answered /v1/tasks/a%2Fweb/signal with 502');
  });

  it('says that the agent is gone when a stream breaks off, ends, or is shut down', async () => {
    for (const then of ['cut', 'end'] as const) {
      agent.answer = streams([['tasks', { tasks: [] }]], then);
      await expectRktRejection(lastValueFrom(client.tasks()), 'RKT_ERR_AGENT_LOST');
    }
    agent.answer = streams([['ended', { topic: 'stats' }]]);
    const error = await expectRktRejection(lastValueFrom(client.allTaskStats()), 'RKT_ERR_AGENT_LOST');
    expect(error.message).to.contain('was shut down').and.to.contain('--no-agent');
    agent.answer = streams([['ended', { error: { code: 'RKT_ERR_RKT_MISSING', message: 'no rkt' } }]]);
    await expectRktRejection(lastValueFrom(client.fingerprint()), 'RKT_ERR_RKT_MISSING');
    agent.answer = (_, response) => response.destroy();
    await expectRktRejection(lastValueFrom(client.tasks()), 'RKT_ERR_AGENT_LOST');
  });

  it('refuses what no agent reports', async () => {
    agent.answer = streams([['tasks', { tasks: [{ id: 3 }] }]]);
    const error = await expectRktRejection(lastValueFrom(client.tasks()), 'RKT_ERR_AGENT_LOST');
    expect(error.message).to.contain('expected string');
  });

  it('ends the stream of a task with the task', async () => {
    agent.answer = streams([
      ['stats', { samples: [sample] }],
      ['ended', { topic: 'stats' }],
    ]);
    expect(
      await lastValueFrom(client.taskStats('a/web', { intervalMs: 100 }).pipe(toArray())),
    ).to.have.length(1);
  });

  it('ends its streams as a driver does and gives up its requests at its own end, and frees what it held', async () => {
    const { seen, ends, observer } = recorder<unknown>();
    agent.answer = streams([['tasks', { tasks: [] }]]);
    client.tasks().subscribe(observer);
    client.followTasks().subscribe(observer);
    await until('the first list has come', () => seen.length === 1);
    agent.answer = () => undefined;
    const waiting = expectRktRejection(lastValueFrom(client.waitTask('a/web')), 'RKT_ERR_SHUTDOWN');
    const stopping = client.stopTask('a/web');
    await until('it was asked for', () => agent.seen.some(({ url }) => url?.endsWith('/stop')));
    await client.shutdown();
    await expectRktRejection(stopping, 'RKT_ERR_SHUTDOWN');
    expect(ends).to.deep.equal(['complete', 'complete']);
    await waiting;
    await expectRktRejection(lastValueFrom(client.waitTask('a/web')), 'RKT_ERR_SHUTDOWN');
    expect(await lastValueFrom(client.tasks(), { defaultValue: 'nothing' })).to.equal('nothing');
  });

  describe('waitTask', () => {
    const wait = (...frames: readonly (readonly [string, unknown])[]) => {
      agent.answer = streams(frames);
      return lastValueFrom(client.waitTask('a/web').pipe(take(2), toArray()));
    };
    const exited = { ...web, phase: 'exited', exitResult: exit };

    it('waits for the status that reports the end', async () => {
      expect(await wait(['tasks', { tasks: [web] }], ['tasks', { tasks: [exited] }])).to.deep.equal([exit]);
    });

    it('believes the event when the task went faster than its status', async () => {
      const destroyed = aTaskEvent('destroyed', 'a/web');
      const results = await wait(['events', event], ['events', destroyed], ['tasks', { tasks: [] }]);
      expect(results).to.deep.equal([event.exitResult]);
    });

    it('fails for a task that was never seen to end', async () => {
      await expectRktRejection(wait(['host', {}], ['tasks', { tasks: [] }]), 'RKT_ERR_TASK_NOT_FOUND');
    });
  });

  it('waits until the agent knows a task', async () => {
    agent.answer = (request, response) => {
      const isList = request.url === '/v1/tasks';
      const both = streams([
        ['tasks', { tasks: [] }],
        ['tasks', { tasks: [web] }],
      ]);
      (isList ? answers(200, { tasks: [] }) : both)(request, response);
    };
    await agentKnows(agent.socketPath, 'a/web', silentLogger);
    expect(lastRequest()).to.contain('topics=tasks');
    const warnings: string[] = [];
    const logger: Logger = { ...silentLogger, warn: (_, text) => warnings.push(text) };
    agent.answer = (request, response) =>
      (request.url === '/v1/tasks' ? answers(200, { tasks: [] }) : answers(503, {}))(request, response);
    await agentKnows(agent.socketPath, 'a/web', logger);
    expect(warnings).to.deep.equal(['The agent has not recovered the task']);
    await agentKnows(`${agent.socketPath}.none`, 'a/web', logger);
    expect(warnings).to.have.length(1);
  });
});

describe('connectAgent', () => {
  let agent: FakeAgent;
  const reported: string[] = [];
  const logger: Logger = { ...silentLogger, debug: (_, text) => reported.push(text) };
  beforeEach(async () => {
    reported.length = 0;
    agent = await fakeAgent();
  });
  afterEach(() => agent.close());

  it('finds none where there is no socket, a stale one, or something else', async () => {
    expect(await connectAgent(`${agent.socketPath}.none`, logger)).to.equal(undefined);
    expect(reported).to.deep.equal([]);
    const stale = `${agent.socketPath}.stale`;
    const other = await fakeAgent();
    linkSync(other.socketPath, stale);
    await other.close();
    const file = `${agent.socketPath}.file`;
    writeFileSync(file, '');
    expect(await connectAgent(file, logger)).to.equal(undefined);
    expect(await connectAgent(stale, logger)).to.equal(undefined);
    expect(reported).to.have.length(2);
  });

  it('finds none behind answers that no agent gives', async () => {
    for (const answer of [answers(503, {}), answers(200, { tasks: 3 }), answers(200, 'x')]) {
      agent.answer = answer;
      expect(await connectAgent(agent.socketPath, logger)).to.equal(undefined);
    }
    agent.answer = (_, response) => response.destroy();
    expect(await connectAgent(agent.socketPath, logger)).to.equal(undefined);
    expect(reported).to.have.length(4);
  });
});
