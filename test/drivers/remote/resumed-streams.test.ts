import type { ServerResponse } from 'node:http';

import { expect } from 'chai';
import { firstValueFrom } from 'rxjs';

import { createRemoteDriver, type RemoteDriverOptions } from '../../../src/drivers/remote/connect-remote.ts';
import type { RemoteDriver } from '../../../src/drivers/remote/remote-driver.ts';
import { delayOf } from '../../../src/drivers/remote/reconnecting-stream.ts';
import { POSITION_HEADER } from '../../../src/model/agent-version.ts';
import { expectRktRejection } from '../../support/errors.ts';
import { answers, fakeAgent, type FakeAgent } from '../../support/fake-agent.ts';
import { aTaskEvent } from '../../support/task-events.ts';
import { until } from '../../support/until.ts';

describe('a remote driver whose connections are lost', function () {
  this.timeout(30_000);
  let agent: FakeAgent;
  let drivers: RemoteDriver[];
  let open: ServerResponse[];

  beforeEach(async () => {
    drivers = [];
    open = [];
    agent = await fakeAgent();
    agent.answer = begin();
  });
  afterEach(async () => {
    await Promise.all(drivers.map((driver) => driver.shutdown()));
    await agent.close();
  });

  /** Opens a stream and keeps it. */
  function begin(headers: Readonly<Record<string, string>> = {}): FakeAgent['answer'] {
    return (_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream', ...headers });
      response.write('retry: 2000\n\n');
      open.push(response);
    };
  }
  function remote(more: Partial<RemoteDriverOptions> = {}): RemoteDriver {
    const driver = createRemoteDriver({ socketPath: agent.socketPath, ...more } as RemoteDriverOptions);
    drivers.push(driver);
    return driver;
  }
  const send = (event: string, data: unknown, id?: string): unknown =>
    open
      .at(-1)
      ?.write(`event: ${event}\n${id === undefined ? '' : `id: ${id}\n`}data: ${JSON.stringify(data)}\n\n`);
  const requested = async (count: number): Promise<string> => {
    await until(`request ${count} has come`, () => open.length >= count);
    return agent.seen.at(-1)?.url ?? '';
  };
  const eventOf = (id: string) => ({ ...aTaskEvent('started', 'web'), id });

  it('resume after the last event, each id once', async () => {
    const ids: string[] = [];
    remote()
      .taskEvents()
      .subscribe(({ id }) => ids.push(id));
    expect(await requested(1)).to.equal('/v1/streams?topics=events');
    send('events', eventOf('a'), 'run.7');
    await until('the first event has come', () => ids.length === 1);
    open.at(-1)?.destroy();
    expect(await requested(2)).to.equal('/v1/streams?topics=events&lastEventId=run.7');
    send('events', eventOf('a'), 'other.0');
    send('events', eventOf('b'), 'other.1');
    await until('the second event has come', () => ids.length > 1);
    expect(ids).to.deep.equal(['a', 'b']);
  });

  it('resume where they began when no event had come', async () => {
    agent.answer = begin({ [POSITION_HEADER]: 'run.41' });
    remote().taskEvents().subscribe();
    await requested(1);
    open.at(-1)?.destroy();
    expect(await requested(2)).to.equal('/v1/streams?topics=events&lastEventId=run.41');
  });

  it('get all events of an agent that had none when they began', async () => {
    remote().taskEvents().subscribe();
    await requested(1);
    open.at(-1)?.destroy();
    expect(await requested(2)).to.equal('/v1/streams?topics=events&replay=100000');
  });

  it('report what was missed', async () => {
    const driver = remote();
    const missed: unknown[] = [];
    driver.missed().subscribe((one) => missed.push(one));
    driver.taskEvents().subscribe();
    await requested(1);
    send('missed', { count: 3 });
    send('missed', { restarted: true });
    send('dropped', { topic: 'stats', count: 2 });
    await until('all reports have come', () => missed.length === 3);
    expect(missed).to.deep.equal([
      { topic: 'events', count: 3 },
      { topic: 'events' },
      { topic: 'stats', count: 2 },
    ]);
  });

  it('show as stale since the loss, and as live again', async () => {
    const states: string[] = [];
    const sinceMs: number[] = [];
    remote()
      .connection()
      .subscribe((connection) => {
        states.push(connection.state);
        if (connection.state === 'stale') sinceMs.push(connection.sinceMs);
      });
    await until('it is live', () => states.length === 1);
    const beforeMs = Date.now();
    agent.answer = (_, response) => response.destroy();
    open.at(-1)?.destroy();
    await until('it is stale', () => states.length === 2);
    const failed = agent.seen.length;
    await until('a further attempt has failed', () => agent.seen.length > failed);
    agent.answer = begin();
    await until('it is live again', () => states.length === 3);
    expect(states).to.deep.equal(['live', 'stale', 'live']);
    expect(sinceMs).to.have.length(1);
    expect(sinceMs[0]).to.be.within(beforeMs, Date.now());
  });

  it('are lost when nothing comes, and not while a sign of life does', async () => {
    const driver = remote({ silenceMs: 400 });
    driver.fingerprint().subscribe();
    await requested(1);
    let signs = 0;
    const heartbeat = setInterval(() => void (open[0]?.write(': \n\n'), (signs += 1)), 100);
    await until('more signs of life have come than the silence takes', () => signs > 10);
    clearInterval(heartbeat);
    expect(open).to.have.length(1);
    await requested(2);
  });

  it('are not opened again after an error that stays', async () => {
    const error = { code: 'RKT_ERR_TOKEN', message: 'no token', remedy: '' };
    agent.answer = answers(401, { error });
    await expectRktRejection(firstValueFrom(remote().tasks()), 'RKT_ERR_TOKEN');
    await expectRktRejection(firstValueFrom(remote().connection()), 'RKT_ERR_TOKEN');
    expect(agent.seen).to.have.length(2);
  });

  it('give the samples that changes stand for, and begin again after a gap', async () => {
    const totals: unknown[] = [];
    remote()
      .allTaskStats()
      .subscribe((samples) => totals.push(samples.map(({ taskId, usage }) => [taskId, usage.cpu.totalNs])));
    const full = (seq: number, totalNs: number): unknown => ({
      ...{ seq, timeMs: 1, full: true, added: [0, 'web'], times: [0, 1], values: [0, 'cgroup-v2'] },
      fields: [0, 'source', 'cpu.totalNs', 'memory'],
      rows: [[0, 0, [0], 1, totalNs, 2, { is: {} }]],
    });
    const grows = (seq: number): unknown => ({ seq, timeMs: 1_001, times: [0, 1], rows: [[0, -2, 5]] });
    await requested(1);
    send('stats-changes', full(4, 100));
    send('stats-changes', grows(5));
    send('stats-changes', grows(7));
    await requested(2);
    send('stats-changes', full(9, 200));
    await until('the samples have come', () => totals.length === 3);
    expect(totals).to.deep.equal([[['web', 100]], [['web', 105]], [['web', 200]]]);
  });

  it('share one connection while the same is asked for, and close it with the last subscriber', async () => {
    const driver = remote();
    const first = driver.allTaskStats({ intervalMs: 500 }).subscribe();
    const second = driver.allTaskStats({ intervalMs: 500 }).subscribe();
    driver.allTaskStats({ intervalMs: 1_000 }).subscribe();
    await requested(2);
    expect(agent.seen.map(({ url }) => url)).to.deep.equal([
      '/v1/streams?topics=stats&changes=true&intervalMs=500',
      '/v1/streams?topics=stats&changes=true&intervalMs=1000',
    ]);
    first.unsubscribe();
    expect(open[0]?.destroyed).to.equal(false);
    second.unsubscribe();
    await until('the agent has noticed', () => open[0]?.destroyed === true);
    expect(open[1]?.destroyed).to.equal(false);
  });

  it('wait longer after each failure, up to a limit, and not all at the same time', () => {
    const delays = (random: number) => [1, 2, 3, 10].map((failures) => delayOf(failures, () => random));
    expect(delays(1)).to.deep.equal([500, 1_000, 2_000, 15_000]);
    expect(delays(0)).to.deep.equal([250, 500, 1_000, 7_500]);
  });
});

describe('an op of a remote driver', function () {
  this.timeout(30_000);
  let agent: FakeAgent;
  beforeEach(async () => {
    agent = await fakeAgent();
    agent.answer = () => undefined;
  });
  afterEach(() => agent.close());

  it('fails when the agent does not answer in time', async () => {
    const driver = createRemoteDriver({ socketPath: agent.socketPath, opTimeoutMs: 50 });
    const error = await expectRktRejection(driver.stopTask('web'), 'RKT_ERR_AGENT_LOST');
    expect(error.message).to.contain('has not answered within 50 ms');
    await driver.shutdown();
  });

  it('ends with the signal of its caller', async () => {
    const driver = createRemoteDriver({ socketPath: agent.socketPath });
    const controller = new AbortController();
    const running = driver.execTask('web', ['/bin/true'], { signal: controller.signal });
    await until('it was asked for', () => agent.seen.length === 1);
    controller.abort();
    await expectRktRejection(running, 'RKT_ERR_AGENT_LOST');
    await driver.shutdown();
  });

  it('is refused for a URL that is none, without its credentials', () => {
    for (const url of ['ftp://x', 'x', 'http://user:s3cret@host:1', 'http://host:1/?a=b']) {
      expect(() => createRemoteDriver({ url }), url)
        .to.throw()
        .with.property('code', 'RKT_ERR_OPTIONS');
      expect(() => createRemoteDriver({ url })).to.throw(/^(?!.*s3cret)/);
    }
  });
});
