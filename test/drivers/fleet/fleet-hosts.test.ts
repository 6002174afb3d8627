import { expect } from 'chai';
import { NEVER, concat, defer, map, of, throwError, timer, type Observable, type SchedulerLike } from 'rxjs';
import type { RunHelpers } from 'rxjs/testing';

import type { Driver } from '../../../src/driver-interface.ts';
import { createFleetDriver, type FleetDriver } from '../../../src/drivers/fleet/fleet-driver.ts';
import type { FleetHost } from '../../../src/model/fleet-host.ts';
import { CLOSED, LIVE, type Connection } from '../../../src/model/driver-connection.ts';
import type { TaskStatsSample } from '../../../src/model/task-stats.ts';
import type { TaskStatus } from '../../../src/model/task-status.ts';
import { marbles } from '../../support/marbles.ts';
import { workingSample } from '../recorded/random-ticks.ts';
import { status } from '../recorded/write-recording.ts';
import { fakeSource } from './fake-source.ts';

const idsOf = (tasks: readonly TaskStatus[]): string => tasks.map(({ id }) => id).join(' ');
/** `live`, or `stale@0 (reason)`. */
const connectionText = (connection: Connection): string =>
  connection.state === 'stale'
    ? `stale@${connection.sinceMs} (${connection.reason ?? ''})`
    : connection.state;
/** `a:live b:stale@0 (reason)`. */
const textOf = (hosts: readonly FleetHost[]): string =>
  hosts.map(({ host, connection }) => `${host}:${connectionText(connection)}`).join(' ');

const current = <T>(value: T): Observable<T> => concat(of(value), NEVER);
const good = (): Driver => fakeSource({ tasks: () => current([status('web')]) });

function fleetOf(sources: Readonly<Record<string, Driver>>, scheduler: SchedulerLike): FleetDriver {
  return createFleetDriver({ sources, scheduler, responseTimeoutMs: 100 });
}

/** Marbles, and the values of their letters. */
type Marbles = readonly [string, Readonly<Record<string, string>>];

/** What tasks() and hosts() emit in 9 s of virtual time, both subscribed. */
function expectFleet(
  { expectObservable }: RunHelpers,
  fleet: FleetDriver,
  { tasks, hosts }: { readonly tasks: Marbles; readonly hosts: Marbles },
): void {
  expectObservable(fleet.tasks().pipe(map(idsOf)), '^ 9s !').toBe(...tasks);
  expectObservable(fleet.hosts().pipe(map(textOf)), '^ 9s !').toBe(...hosts);
}

describe('a fleet with a host that', () => {
  it('never responds emits the tasks of the others, and shows it as stale', () => {
    marbles((helpers, scheduler) => {
      const fleet = fleetOf({ a: good(), b: fakeSource({ connection: () => NEVER }) }, scheduler);
      expectFleet(helpers, fleet, {
        tasks: ['20ms t', { t: 'a/web' }],
        hosts: [
          '20ms a 99ms b',
          {
            a: 'a:live b:stale@0 (has not responded yet)',
            b: 'a:live b:stale@0 (tasks: has sent nothing for 100 ms)',
          },
        ],
      });
    });
  });

  it('fails keeps its tasks, shows why, and subscribes to it again with a growing delay', () => {
    marbles((helpers, scheduler) => {
      const opened: number[] = [];
      const full = new Error('the disk is full');
      const tasks = (): Observable<readonly TaskStatus[]> =>
        defer(() => {
          opened.push(scheduler.now());
          if (opened.length > 1) return throwError(() => full);
          return concat(of([status('db')]), helpers.cold<never>('50ms #', undefined, full));
        });
      const fleet = fleetOf({ a: good(), b: fakeSource({ tasks }) }, scheduler);
      expectFleet(helpers, fleet, {
        tasks: ['20ms t', { t: 'a/web b/db' }],
        hosts: [
          '20ms a 49ms b 999ms b 1999ms b 3999ms b',
          { a: 'a:live b:live', b: 'a:live b:stale@50 (tasks: the disk is full)' },
        ],
      });
      helpers.flush();
      expect(opened).to.deep.equal([0, 1_050, 3_050, 7_050]);
    });
  });

  it('responds late is stale until then', () => {
    marbles((helpers, scheduler) => {
      const late = fakeSource({
        connection: () => helpers.cold('500ms l', { l: LIVE }),
        tasks: () => helpers.cold('500ms t', { t: [status('db')] }),
      });
      const fleet = fleetOf({ a: good(), b: late }, scheduler);
      expectFleet(helpers, fleet, {
        tasks: ['20ms a 499ms b', { a: 'a/web', b: 'a/web b/db' }],
        hosts: [
          '20ms a 99ms b 399ms c',
          {
            a: 'a:live b:stale@0 (has not responded yet)',
            b: 'a:live b:stale@0 (tasks: has sent nothing for 100 ms)',
            c: 'a:live b:live',
          },
        ],
      });
    });
  });

  it('is dead, and returns, has its latest tasks meanwhile', () => {
    marbles((helpers, scheduler) => {
      const lost: Connection = { state: 'stale', sinceMs: 100, reason: 'connection refused' };
      const returning = fakeSource({
        connection: () => helpers.cold('l 99ms s 999ms l', { l: LIVE, s: lost }),
        tasks: () => helpers.cold('o 1099ms n', { o: [status('db')], n: [status('cache')] }),
      });
      const fleet = fleetOf({ a: good(), b: returning }, scheduler);
      expectFleet(helpers, fleet, {
        tasks: ['20ms a 1099ms b', { a: 'a/web b/db', b: 'a/web b/cache' }],
        hosts: [
          '20ms a 99ms b 999ms a',
          { a: 'a:live b:live', b: 'a:live b:stale@100 (connection refused)' },
        ],
      });
    });
  });

  it('throws instead of returning streams delays no other', () => {
    marbles((helpers, scheduler) => {
      const thrower = (): never => {
        throw new TypeError('no such method');
      };
      const broken = fakeSource({ connection: thrower, tasks: thrower, capabilities: thrower });
      const fleet = fleetOf({ a: good(), b: broken }, scheduler);
      expect(fleet.capabilities()).to.include({ kind: 'fleet', fsIsolation: 'image' });
      helpers.expectObservable(fleet.tasks().pipe(map(idsOf)), '^ 9s !').toBe('20ms t', { t: 'a/web' });
      helpers
        .expectObservable(fleet.hosts().pipe(map(textOf)), '^ 500ms !')
        .toBe('20ms h', { h: 'a:live b:stale@0 (tasks: no such method)' });
    });
  });

  it('emits what has no id, or one id twice, is stale, and nothing of it is emitted', () => {
    marbles((helpers, scheduler) => {
      const liar = fakeSource({ tasks: () => current([status('')]) });
      const doubled = fakeSource({ tasks: () => current([status('x'), status('x')]) });
      const fleet = fleetOf({ a: good(), b: liar, c: doubled }, scheduler);
      helpers.expectObservable(fleet.tasks().pipe(map(idsOf)), '^ 9s !').toBe('20ms t', { t: 'a/web' });
      helpers.expectObservable(fleet.hosts().pipe(map(textOf)), '^ 500ms !').toBe('20ms h', {
        h: 'a:live b:stale@0 (tasks: a value has no id) c:stale@0 (tasks: two tasks have the same id)',
      });
    });
  });

  it('emits samples that are none is stale, and only the samples of the others are emitted', () => {
    marbles((helpers, scheduler) => {
      const none = [{ taskId: 'x', usage: {} }] as unknown as readonly TaskStatsSample[];
      const samples = [workingSample('web', 0, 0, 0)];
      const fleet = fleetOf(
        {
          a: fakeSource({ allTaskStats: () => current(samples) }),
          b: fakeSource({ allTaskStats: () => current(none) }),
        },
        scheduler,
      );
      const ids$ = fleet.allTaskStats().pipe(map((all) => all.map(({ taskId }) => taskId).join(' ')));
      helpers.expectObservable(ids$, '^ 500ms !').toBe('20ms t', { t: 'a/web' });
      helpers.expectObservable(fleet.hosts().pipe(map(textOf)), '^ 500ms !').toBe('20ms h', {
        h: 'a:live b:stale@0 (allTaskStats: a sample has no time, CPU or memory)',
      });
    });
  });

  it('reconnects endlessly shows its last state, at most every 20 ms', () => {
    marbles((helpers, scheduler) => {
      const flapping = (index: number): Connection =>
        index % 2 === 0 ? LIVE : { state: 'stale', sinceMs: index };
      const restless = fakeSource({ connection: () => timer(0, 1, scheduler).pipe(map(flapping)) });
      const fleet = fleetOf({ a: good(), b: restless }, scheduler);
      helpers
        .expectObservable(fleet.hosts().pipe(map(textOf)), '^ 50ms !')
        .toBe('20ms h 19ms i', { h: 'a:live b:stale@19 ()', i: 'a:live b:stale@39 ()' });
    });
  });
});

describe('the connection of a fleet', () => {
  const connectionsOf = (fleet: FleetDriver) => fleet.connection().pipe(map(connectionText));

  it('is live while any host is, and stale since the last one was lost', () => {
    marbles(({ cold, expectObservable }, scheduler) => {
      const lost = (sinceMs: number): Connection => ({ state: 'stale', sinceMs, reason: 'refused' });
      const a = fakeSource({ connection: () => cold('l 99ms s', { l: LIVE, s: lost(100) }) });
      const b = fakeSource({ connection: () => cold('l 199ms s', { l: LIVE, s: lost(200) }) });
      expectObservable(connectionsOf(fleetOf({ a, b }, scheduler)), '^ 1s !').toBe('20ms l 199ms s', {
        l: 'live',
        s: 'stale@200 (no host is live; the last one was b: refused)',
      });
    });
  });

  it('is stale when no host has responded in time', () => {
    marbles(({ expectObservable }, scheduler) => {
      const fleet = fleetOf({ a: fakeSource({ connection: () => NEVER }) }, scheduler);
      expectObservable(connectionsOf(fleet), '^ 1s !').toBe('120ms s', {
        s: 'stale@0 (no host is live; the last one was a: connection: has sent nothing for 100 ms)',
      });
    });
  });

  it('is closed, and completes, when all hosts are', () => {
    marbles(({ cold, expectObservable }, scheduler) => {
      const a = fakeSource({ connection: () => cold('l 99ms (c|)', { l: LIVE, c: CLOSED }) });
      expectObservable(connectionsOf(fleetOf({ a }, scheduler)), '^ 1s !').toBe('20ms l 99ms (c|)', {
        l: 'live',
        c: 'closed',
      });
    });
  });
});
