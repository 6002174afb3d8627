import { expect } from 'chai';

import { RktError, type TaskStatsSample } from '../../src/index.ts';
import { StatsChangesReader } from '../../src/model/stats-changes-reader.ts';
import {
  eventOf,
  openServerFixture,
  readStream,
  taskNamed,
  type ServerFixture,
  type StreamReader,
} from '../support/server-fixture.ts';
import { until } from '../support/until.ts';

const SAMPLE: TaskStatsSample = {
  taskId: 'web',
  usage: { timestampMs: 5, source: 'cgroup-v1', cpu: { percent: 1 }, memory: {} },
};

describe('GET /v1/streams', () => {
  let fixture: ServerFixture;
  const readers: StreamReader[] = [];

  before(async () => {
    fixture = await openServerFixture({ limits: { events: 5, heartbeatMs: 20, streams: 6, samplings: 2 } });
  });
  after(() => fixture.close());
  afterEach(async () => {
    readers.splice(0).forEach((reader) => reader.close());
    await until('all have left', () => fixture.server.stats().clients === 0);
    expect(fixture.server.stats().channels).to.equal(0);
    fixture.samplings.length = 0;
  });

  const read = (query: string, headers?: Readonly<Record<string, string>>): StreamReader => {
    const reader = readStream(fixture.server, `/v1/streams${query}`, headers);
    readers.push(reader);
    return reader;
  };
  const clients = (count: number): Promise<void> =>
    until(`${count} read`, () => fixture.server.stats().clients === count);
  const events = ({ frames }: StreamReader): readonly unknown[] =>
    frames.map(({ event, data }) =>
      event === 'events' ? (data as { message: string }).message : [event, data],
    );

  it('reports each topic by its name, the present state first', async () => {
    const reader = read('?topics=tasks,fingerprint,host,stats');
    await until('three topics were reported', () => reader.frames.length === 3);
    expect(reader.frames.map(({ event }) => event)).to.deep.equal(['tasks', 'fingerprint', 'host']);
    expect(reader.headers()).to.include({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    });
    fixture.statsSubject.next([SAMPLE]);
    await until('the samples came', () => reader.frames.length === 4);
    const { event, data } = reader.frames[3]!;
    expect([event, (data as { samples: unknown }).samples]).to.deep.equal(['stats', [SAMPLE]]);
    expect(reader.raw().startsWith('retry: ')).to.equal(true);
  });

  it('reports samples as changes to who asks for them, and the whole of them to who comes later', async () => {
    const changes = [read('/stats?changes=true')];
    const whole = read('/stats');
    await clients(2);
    const samples = (timestampMs: number): readonly TaskStatsSample[] => [
      { ...SAMPLE, usage: { ...SAMPLE.usage, timestampMs } },
    ];
    fixture.statsSubject.next(samples(5));
    await until('the first samples came', () => changes[0]?.frames.length === 1);
    changes.push(read('/stats?changes=true'));
    await until('the later reader has them', () => changes[1]?.frames.length === 1);
    fixture.statsSubject.next(samples(6));
    await until(
      'all have the last',
      () => changes[0]?.frames.length === 2 && changes[1]?.frames.length === 2,
    );
    for (const { frames } of changes) {
      const reader = new StatsChangesReader();
      const events = frames.map(({ data }) => data);
      expect(frames.map(({ event }) => event)).to.deep.equal(['stats-changes', 'stats-changes']);
      expect(events.map((data) => reader.read(data).samples)).to.deep.equal([samples(5), samples(6)]);
      expect((events[1] as { rows: unknown }).rows).to.deep.equal([]);
    }
    await until('the other has both', () => whole.frames.length === 2);
    expect(whole.frames.map(({ event }) => event)).to.deep.equal(['stats', 'stats']);
  });

  it('sends heartbeats while there is nothing to report', async () => {
    const reader = read('/events');
    await until('it has beaten twice', () => reader.raw().split(': \n\n').length > 2);
    expect(reader.frames).to.deep.equal([]);
  });

  it('samples once for all who want the same, and stops with the last of them', async () => {
    const same = [
      read('/stats?intervalMs=500&groups=cpu,memory'),
      read('/stats?intervalMs=500&groups=memory,cpu'),
    ];
    await clients(2);
    expect(fixture.samplings).to.have.length(1);
    read('/stats?intervalMs=700');
    await clients(3);
    expect(fixture.samplings).to.have.length(2);
    same.forEach((reader) => reader.close());
    await clients(1);
    expect(fixture.server.stats().channels).to.equal(1);
  });

  it('refuses a sampling too many, and a client too many', async () => {
    read('/stats?intervalMs=500');
    read('/stats?intervalMs=600');
    await clients(2);
    const third = await fixture.ask('/v1/streams/stats?intervalMs=700');
    expect(third.status).to.equal(503);
    expect(third.text).to.include('RKT_ERR_AGENT_BUSY');
    ['', '', '', ''].forEach(() => read('/events'));
    await clients(6);
    expect((await fixture.ask('/v1/streams/events')).status).to.equal(503);
  });

  it('numbers events, and resumes after the last one that was seen', async () => {
    const first = read('/events');
    await clients(1);
    ['a', 'b', 'c'].forEach((name) => fixture.eventsSubject.next(eventOf('web', name)));
    await until('all came', () => first.frames.length === 3);
    const seen = first.frames[0]!.id!;
    const again = read('/events', { 'last-event-id': seen });
    await until('the rest came', () => again.frames.length === 2);
    expect(events(again)).to.deep.equal(['b', 'c']);
    ['d', 'e', 'f', 'g'].forEach((name) => fixture.eventsSubject.next(eventOf('web', name)));
    const late = read('/events', { 'last-event-id': seen });
    await until('what is kept came', () => late.frames.length === 6);
    expect(events(late)).to.deep.equal([['missed', { count: 1 }], 'c', 'd', 'e', 'f', 'g']);
    const foreign = read('?topics=events&lastEventId=other.3');
    await until('all that is kept came', () => foreign.frames.length === 6);
    expect(events(foreign)[0]).to.deep.equal(['missed', { restarted: true }]);
  });

  it('begins with the last events when asked to, and reports of one task alone', async () => {
    fixture.eventsSubject.next(eventOf('job/a b', 'x'));
    fixture.eventsSubject.next(eventOf('web', 'y'));
    const reader = read('?topics=events,tasks&replay=2&task=job%2Fa%20b');
    await until('both topics were reported', () => reader.frames.length === 2);
    expect(events(reader)).to.deep.include('x').and.to.not.include('y');
    const tasks = reader.frames.find(({ event }) => event === 'tasks')?.data as { tasks: { id: string }[] };
    expect(tasks.tasks.map(({ id }) => id)).to.deep.equal(['job/a b']);
  });

  it('reports of a change of the tasks', async () => {
    const reader = read('/tasks');
    await until('the list came', () => reader.frames.length === 1);
    const before = fixture.tasksSubject.value;
    fixture.tasksSubject.next([...before, taskNamed('new')]);
    await until('the change came', () => reader.frames.length === 2);
    expect(JSON.stringify(reader.frames[1])).to.include('"new"');
    fixture.tasksSubject.next(before);
  });

  const mistakes: readonly (readonly [string, number])[] = [
    ['', 400],
    ['?topics=', 400],
    ['?topics=nothing', 400],
    ['/nothing', 400],
    ['/stats?intervalMs=99', 400],
    ['/stats?intervalMs=x', 400],
    ['/stats?groups=cpu,nothing', 400],
    ['/stats?task=unknown', 404],
  ];
  for (const [query, status] of mistakes) {
    it(`answers ${query === '' ? 'no topics' : query} with ${status}`, async () => {
      expect((await fixture.ask(`/v1/streams${query}`)).status).to.equal(status);
    });
  }

  it('has no HEAD, which would never end', async () => {
    expect((await fixture.ask('/v1/streams/stats', { method: 'HEAD' })).status).to.equal(404);
  });

  it('says when the stats of a task have ended, with the reason when they broke off', async () => {
    const other = await openServerFixture();
    const path = '/v1/streams/stats?task=web';
    const [first, second] = [readStream(other.server, path), readStream(other.server, path)];
    await until('both read', () => other.server.stats().clients === 2);
    expect(other.server.stats().channels).to.equal(1);
    other.usageSubject.next(SAMPLE.usage);
    other.usageSubject.error(new RktError('RKT_ERR_STATS', 'no source'));
    await until('both were reported', () => [first, second].every(({ frames }) => frames.length === 2));
    const third = readStream(other.server, '/v1/streams?topics=stats,sampling&task=job%2Fa%20b');
    await until('it was reported', () => third.frames.length === 1);
    expect(first.frames.map(({ event }) => event)).to.deep.equal(['stats', 'ended']);
    expect(first.frames[0]?.data).to.deep.equal({ timeMs: 5, samples: [SAMPLE] });
    expect(first.frames[1]?.data).to.have.nested.property('error.code', 'RKT_ERR_STATS');
    expect(third.frames[0]?.data).to.have.property('topic', 'stats');
    await other.close();
  });

  it('ends with the server', async () => {
    const other = await openServerFixture();
    const reader = readStream(other.server, '/v1/streams/tasks');
    await until('it reads', () => reader.frames.length === 1);
    await other.close();
    await until('it has ended', reader.isOver);
  });
});
