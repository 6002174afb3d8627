import { expect } from 'chai';
import { NEVER, Subject, concat, map, of, throwError, type Observable } from 'rxjs';

import type { Driver } from '../../../src/driver-interface.ts';
import { createFleetDriver, type FleetSources } from '../../../src/drivers/fleet/index.ts';
import { LIVE, type Connection } from '../../../src/model/driver-connection.ts';
import { marbles } from '../../support/marbles.ts';
import { workingSample } from '../recorded/random-ticks.ts';
import { BEGIN_MS, exitEvent, exited, status } from '../recorded/write-recording.ts';
import { fakeSource } from './fake-source.ts';

const current = <T>(value: T): Observable<T> => concat(of(value), NEVER);
const withTask = (id: string, more: Partial<Driver> = {}): Driver =>
  fakeSource({ tasks: () => current([status(id)]), ...more });
const ids = map((all: readonly { readonly id: string }[]) => all.map(({ id }) => id).join(' '));
const names = map((all: readonly { readonly host: string }[]) => all.map(({ host }) => host).join(' '));

describe('a fleet whose hosts change', () => {
  it('has the tasks and the state of a host from when it joins until it leaves', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }, scheduler) => {
      const a$ = cold<Connection>('-');
      const b$ = cold('t', { t: [status('db')] });
      const a = withTask('web', { connection: () => concat(of(LIVE), a$) });
      const b = fakeSource({ tasks: () => b$ });
      const sources$ = cold<FleetSources>('x 99ms y 99ms z', { x: { a }, y: { a, b }, z: { b } });
      const fleet = createFleetDriver({ sources: sources$, scheduler });
      expectObservable(fleet.tasks().pipe(ids), '^ 1s !').toBe('20ms x 99ms y 99ms z', {
        ...{ x: 'a/web', y: 'a/web b/db', z: 'b/db' },
      });
      expectObservable(fleet.hosts().pipe(names), '^ 1s !').toBe('20ms x 99ms y 99ms z', {
        ...{ x: 'a', y: 'a b', z: 'b' },
      });
      // A host that stays is subscribed once, and one that leaves no longer.
      expectSubscriptions(b$.subscriptions).toBe('100ms ^ 900ms !');
      expectSubscriptions(a$.subscriptions).toBe('^ 199ms !');
    });
  });

  it('has no tasks, and is stale, without a host', () => {
    marbles(({ cold, expectObservable }, scheduler) => {
      const sources$ = cold<FleetSources>('x 99ms y', { x: { a: withTask('web') }, y: {} });
      const fleet = createFleetDriver({ sources: sources$, scheduler });
      expectObservable(fleet.tasks().pipe(ids), '^ 1s !').toBe('20ms x 99ms y', { x: 'a/web', y: '' });
      expectObservable(fleet.connection(), '^ 1s !').toBe('20ms x 99ms y', {
        x: LIVE,
        y: { state: 'stale', sinceMs: 120, reason: 'the fleet has no host' },
      });
    });
  });

  it('replaces a host that has another driver, and shuts the old one down', () => {
    const closed: string[] = [];
    const closing = (name: string): Driver =>
      withTask(name, {
        shutdown() {
          closed.push(name);
          return Promise.resolve();
        },
      });
    marbles(({ cold, expectObservable, flush }, scheduler) => {
      const [old, fresh, kept] = [closing('old'), closing('new'), closing('kept')];
      const sources$ = cold<FleetSources>('x 99ms y', { x: { a: old, b: kept }, y: { a: fresh, b: kept } });
      const fleet = createFleetDriver({ sources: sources$, scheduler, closeSources: true });
      expectObservable(fleet.tasks().pipe(ids), '^ 1s !').toBe('20ms x 99ms y', {
        ...{ x: 'a/old b/kept', y: 'a/new b/kept' },
      });
      flush();
      expect(closed).to.deep.equal(['old']);
    });
  });

  it('has samples of the hosts that are there, and each event once when a host returns', () => {
    marbles(({ cold, expectObservable }, scheduler) => {
      const event = exitEvent(exited('web', 1, BEGIN_MS), BEGIN_MS);
      const a = (): Driver =>
        fakeSource({
          taskEvents: ({ replay } = {}) => (replay === false ? NEVER : current(event)),
          allTaskStats: () => cold('s 499ms s 499ms s', { s: [workingSample('x', 0, BEGIN_MS, 0)] }),
        });
      const b = fakeSource({
        allTaskStats: () => cold('s 499ms s 499ms s', { s: [workingSample('y', 0, BEGIN_MS, 0)] }),
      });
      const sources$ = cold<FleetSources>('x 599ms y 99ms z', {
        ...{ x: { a: a(), b }, y: { b }, z: { b, a: a() } },
      });
      const fleet = createFleetDriver({ sources: sources$, scheduler });
      const samples$ = fleet.allTaskStats({ intervalMs: 500 });
      const tasks$ = samples$.pipe(map((all) => all.map(({ taskId }) => taskId).join(' ')));
      expectObservable(tasks$, '^ 1400ms !').toBe('20ms x 499ms x 499ms y', {
        ...{ x: 'a/x b/y', y: 'b/y a/x' },
      });
      const events$ = fleet.taskEvents({ replay: true }).pipe(map(({ id }) => id));
      expectObservable(events$, '^ 1400ms !').toBe('e', { e: 'a/exit-of-web' });
    });
  });

  it('stays as it is when new sources are wrong, or no longer come', () => {
    marbles(({ cold, expectObservable }, scheduler) => {
      const wrong = { 'a b': withTask('wrong') };
      const sources$ = concat(
        cold<FleetSources>('x 99ms (y|)', { x: { a: withTask('web') }, y: wrong }),
        throwError(() => new Error('no longer')),
      );
      const fleet = createFleetDriver({ sources: sources$, scheduler });
      expectObservable(fleet.tasks().pipe(ids), '^ 1s !').toBe('20ms x', { x: 'a/web' });
      expectObservable(fleet.hosts().pipe(names), '^ 1s !').toBe('20ms x', { x: 'a' });
    });
  });

  it('subscribes its sources until its shutdown', async () => {
    const sources = new Subject<FleetSources>();
    const fleet = createFleetDriver({ sources });
    expect(sources.observed).to.equal(true);
    await fleet.shutdown();
    expect(sources.observed).to.equal(false);
  });
});

describe('the counters of a fleet', () => {
  it('do not decrease when a host leaves', () => {
    marbles(({ cold, expectObservable }, scheduler) => {
      const counting = (ticks: number): Driver =>
        fakeSource({
          samplingStats: () =>
            current({
              ...{ timestampMs: 1, tasks: 1, ticks, skippedTicks: 0, samples: 0, failedSamples: 0 },
              ...{ droppedSamples: 0, fileReads: 0, staleReads: 0, workMs: 0, longestSliceMs: 0 },
              descriptors: { open: 1, budget: 1, opened: 1, evicted: 0 },
            }),
        });
      const [a, b] = [counting(5), counting(7)];
      const sources$ = cold<FleetSources>('x 149ms y', { x: { a, b }, y: { b } });
      const fleet = createFleetDriver({ sources: sources$, scheduler });
      const ticks$ = fleet
        .samplingStats({ intervalMs: 100 })
        .pipe(map((stats) => [stats.ticks, stats.tasks, stats.descriptors.open]));
      expectObservable(ticks$, '^ 300ms !').toBe('20ms x 199ms y', { x: [12, 2, 2], y: [12, 1, 1] });
    });
  });
});
