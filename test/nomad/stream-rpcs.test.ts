import { expect } from 'chai';
import { NEVER, VirtualTimeScheduler, concat, of, throwError } from 'rxjs';

import type { Fingerprint, TaskEvent, TaskResourceUsage } from '../../src/index.ts';
import { taskNotFound } from '../../src/model/rkt-error.ts';
import { fakeDriver, serve, type Services } from '../support/nomad-services.ts';
import { until } from '../support/until.ts';

const HEALTHY: Fingerprint = {
  health: 'healthy',
  description: 'Healthy',
  attributes: { 'driver.rkt': true, 'driver.rkt.version': '1.30.0' },
  timeMs: 0,
};
const event = (change: Partial<TaskEvent> = {}): TaskEvent =>
  ({
    id: 'start.started',
    kind: 'started',
    taskId: 'a/web/1',
    taskName: 'web',
    allocId: 'a',
    timeMs: 1_000,
    message: 'Started as pid 1',
    annotations: { pid: '1', pod: 'p' },
    ...change,
  }) as TaskEvent;
const usage = (percent: number): TaskResourceUsage => ({
  timestampMs: 1_000,
  source: 'cgroup-v1',
  cpu: { percent },
  memory: {},
});

describe('the streams of the driver service', () => {
  let fake: ReturnType<typeof fakeDriver>;
  let services: Services;
  let scheduler: VirtualTimeScheduler;

  const open = async (ops: Parameters<typeof fakeDriver>[0] = {}): Promise<void> => {
    scheduler = new VirtualTimeScheduler();
    fake = fakeDriver(ops);
    services = await serve(fake.driver, { scheduler });
  };
  afterEach(() => services.dispose());

  describe('Fingerprint', () => {
    it('passes on what the driver finds, and takes attributes back', async () => {
      await open();
      const stream = services.driver.stream('Fingerprint', {});
      await until('it is open', () => fake.streams.fingerprint.subscribers() > 0);
      fake.subjects.fingerprint.next(HEALTHY);
      expect(await stream.next()).to.deep.include({
        health: 'HEALTHY',
        health_description: 'Healthy',
        err: '',
      });
      fake.subjects.fingerprint.next({ ...HEALTHY, health: 'unhealthy', attributes: { 'driver.rkt': true } });
      const { attributes } = await stream.next();
      expect(attributes['driver.rkt.version']?.string_val).to.equal('');
      stream.cancel();
      await until('all is freed', () => fake.streams.fingerprint.subscribers() === 0);
    });

    it('does not leave the agent without a first one when rkt is slow', async () => {
      await open();
      const stream = services.driver.stream('Fingerprint', {});
      await until('it is open', () => fake.streams.fingerprint.subscribers() > 0);
      scheduler.flush();
      expect(await stream.next()).to.include({ health: 'UNDETECTED' });
      expect(scheduler.frame).to.equal(5_000);
      fake.subjects.fingerprint.next(HEALTHY);
      expect(await stream.next()).to.include({ health: 'HEALTHY' });
    });

    it('has no stand-in once there was a real one', async () => {
      await open({ fingerprint: () => concat(of(HEALTHY), NEVER) });
      const stream = services.driver.stream('Fingerprint', {});
      expect(await stream.next()).to.include({ health: 'HEALTHY' });
      expect(scheduler.actions.filter(({ closed }) => !closed)).to.deep.equal([]);
    });

    it('begins anew after an error, and goes on after the end of the source', async () => {
      let times = 0;
      await open({
        fingerprint: () => {
          times += 1;
          return times === 1 ? throwError(() => new Error('broken')) : of(HEALTHY);
        },
      });
      const stream = services.driver.stream('Fingerprint', {});
      await until('it has failed once', () => times === 1 && scheduler.actions.length > 0);
      scheduler.flush();
      expect(await stream.next()).to.include({ health: 'HEALTHY' });
      await services.close();
      expect(await stream.ended).to.include({ code: 0 });
      expect(times).to.equal(2);
    });
  });

  describe('TaskEvents', () => {
    it('reports what the host does not say itself', async () => {
      await open();
      const stream = services.driver.stream('TaskEvents', {});
      await until('it is open', () => fake.streams.events.subscribers() === 1);
      fake.subjects.events.next(event({ kind: 'signaled' }));
      fake.subjects.events.next(event());
      expect(await stream.next()).to.deep.equal({
        task_id: 'a/web/1',
        alloc_id: 'a',
        task_name: 'web',
        timestamp: { seconds: 1, nanos: 0 },
        message: 'Started as pid 1',
        annotations: { pid: '1', pod: 'p', kind: 'started' },
      });
      stream.cancel();
      await until('all is freed', () => fake.streams.events.subscribers() === 0);
    });

    it('ends with the plugin alone, not with its source', async () => {
      await open();
      const streams = [1, 2].map(() => services.driver.stream('TaskEvents', {}));
      await until('they are open', () => fake.streams.events.subscribers() === 2);
      fake.subjects.events.complete();
      let ended = 0;
      for (const stream of streams) void stream.ended.then(() => (ended += 1));
      await services.base.unary('PluginInfo', {});
      expect(ended).to.equal(0);
      await services.close();
      expect(await Promise.all(streams.map(async (stream) => (await stream.ended).code))).to.deep.equal([
        0, 0,
      ]);
    });
  });

  describe('TaskStats', () => {
    const intervals: readonly (readonly [object | null, number])[] = [
      [{ seconds: 2, nanos: 0 }, 2_000],
      [{ seconds: 0, nanos: 1 }, 100],
      [null, 1_000],
    ];
    for (const [collection_interval, intervalMs] of intervals) {
      it(`samples every ${intervalMs} ms when asked for ${JSON.stringify(collection_interval)}`, async () => {
        const asked: unknown[] = [];
        await open({
          taskStats: (id, options) => {
            asked.push(id, options?.intervalMs);
            return concat(of(usage(50)), NEVER);
          },
        });
        const stream = services.driver.stream('TaskStats', { task_id: 'a/web/1', collection_interval });
        const { stats } = await stream.next();
        expect(asked).to.deep.equal(['a/web/1', intervalMs]);
        expect(stats?.agg_resource_usage?.cpu).to.deep.include({ percent: 50, measured_fields: ['PERCENT'] });
        expect(stats?.timestamp).to.deep.equal({ seconds: 1, nanos: 0 });
      });
    }

    it('ends with the task, and frees all when it is cancelled', async () => {
      await open();
      const [one, two] = [1, 2].map(() => services.driver.stream('TaskStats', { task_id: 'a' }));
      await until('both are open', () => fake.streams.stats.subscribers() === 2);
      one?.cancel();
      await until('one is freed', () => fake.streams.stats.subscribers() === 1);
      fake.subjects.stats.complete();
      expect(await two?.ended).to.include({ code: 0 });
      expect(fake.streams.stats.subscribers()).to.equal(0);
    });

    it('fails for a task that no one knows', async () => {
      await open({ taskStats: (id) => throwError(() => taskNotFound(id)) });
      const { ended } = services.driver.stream('TaskStats', { task_id: 'a' });
      expect(await ended).to.include({ code: 2, details: 'task not found for given id' });
    });

    it('drops metrics, not memory, for a host that does not read', async () => {
      await open();
      const stream = services.driver.stream('TaskStats', { task_id: 'a' });
      await until('it is open', () => fake.streams.stats.subscribers() === 1);
      const total = 50_000;
      for (let percent = 1; percent <= total; percent += 1) fake.subjects.stats.next(usage(percent));
      fake.subjects.stats.complete();
      const seen: number[] = [];
      for await (const { stats } of stream) seen.push(stats?.agg_resource_usage?.cpu?.percent ?? 0);
      expect(seen.length).to.be.lessThan(total / 2);
      expect(seen.at(-1)).to.equal(total);
      expect(seen).to.deep.equal([...seen].sort((a, b) => a - b));
    });
  });
});
