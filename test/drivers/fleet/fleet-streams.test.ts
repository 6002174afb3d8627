import { expect } from 'chai';
import { NEVER, concat, defer, map, of, throwError } from 'rxjs';

import { createFleetDriver } from '../../../src/drivers/fleet/fleet-driver.ts';
import type { TaskStatsSample } from '../../../src/model/task-stats.ts';
import { marbles } from '../../support/marbles.ts';
import { workingSample } from '../recorded/random-ticks.ts';
import { BEGIN_MS, exitEvent, exited, host } from '../recorded/write-recording.ts';
import { fakeSource } from './fake-source.ts';

/** Arrays with a sample of one task, by the tick. */
const samplesOf = (taskId: string): Readonly<Record<string, readonly TaskStatsSample[]>> =>
  Object.fromEntries(
    [0, 1, 2, 3].map((tick) => [String(tick), [workingSample(taskId, tick, BEGIN_MS + tick, 0)]]),
  );
/** `a/x@1 b/y@2`: the tick of each sample. */
const textOf = (samples: readonly TaskStatsSample[]): string =>
  samples.map(({ taskId, usage }) => `${taskId}@${usage.timestampMs - BEGIN_MS}`).join(' ');

describe('the streams of a fleet', () => {
  it('have one array of samples an interval, without the hosts that sent none', () => {
    marbles(({ cold, expectObservable }, scheduler) => {
      const x = samplesOf('x');
      const y = samplesOf('y');
      const fleet = createFleetDriver({
        scheduler,
        sources: {
          a: fakeSource({ allTaskStats: () => cold('0 999ms 1 999ms 2 999ms 3', x) }),
          b: fakeSource({ allTaskStats: () => cold('300ms 0 2s 1', y) }),
          dead: fakeSource(),
        },
      });
      const samples$ = fleet.allTaskStats({ intervalMs: 1_000 }).pipe(map(textOf));
      expectObservable(samples$, '^ 3500ms !').toBe('20ms 0 999ms 1 999ms 2 999ms 3', [
        'a/x@0',
        'a/x@1 b/y@0',
        'a/x@2',
        'a/x@3 b/y@1',
      ]);
    });
  });

  it('keep two arrays of a host whose clock differs, and drop the oldest of one that is faster', () => {
    marbles(({ cold, expectObservable }, scheduler) => {
      const x = samplesOf('x');
      const fleet = createFleetDriver({
        scheduler,
        sources: { a: fakeSource({ allTaskStats: () => cold('0 99ms 1 99ms 2 99ms 3', x) }) },
      });
      const samples$ = fleet.allTaskStats({ intervalMs: 1_000 }).pipe(map(textOf));
      expectObservable(samples$, '^ 4s !').toBe('20ms 0 999ms 1 999ms 2', ['a/x@0', 'a/x@2', 'a/x@3']);
    });
  });

  it('have each event once, with ids of its host, when a failed stream is opened again', () => {
    marbles(({ expectObservable }, scheduler) => {
      const event = (id: string) => exitEvent(exited(id, 1, BEGIN_MS), BEGIN_MS);
      let opened = 0;
      const replays: unknown[] = [];
      const taskEvents = ({ replay }: { replay?: number | boolean } = {}) =>
        defer(() => {
          replays.push(replay);
          opened += 1;
          return opened === 1
            ? concat(
                of(event('web')),
                throwError(() => new Error('lost')),
              )
            : concat(of(event('web'), event('db')), NEVER);
        });
      const fleet = createFleetDriver({ scheduler, sources: { a: fakeSource({ taskEvents }) } });
      const events$ = fleet.taskEvents().pipe(map(({ id, taskId }) => `${id} ${taskId}`));
      expectObservable(events$, '^ 3s !').toBe('w 999ms d', {
        w: 'a/exit-of-web a/web',
        d: 'a/exit-of-db a/db',
      });
      expectObservable(
        defer(() => of(replays)),
        '2s ^',
      ).toBe('2s (r|)', { r: [false, true] });
    });
  });

  it('sum the machines that are live, with their disks', () => {
    marbles(({ expectObservable }, scheduler) => {
      const hostStats = () => concat(of(host(BEGIN_MS)), NEVER);
      const sources = {
        a: fakeSource({ hostStats }),
        b: fakeSource({ hostStats }),
        lost: fakeSource({
          hostStats,
          connection: () => concat(of({ state: 'stale', sinceMs: 0 } as const), NEVER),
        }),
      };
      const fleet = createFleetDriver({ scheduler, sources });
      const stats$ = fleet
        .hostStats()
        .pipe(
          map(({ cpu, memory, disks }) => [cpu.cores, memory.totalBytes, disks.map(({ mount }) => mount)]),
        );
      expectObservable(stats$, '^ 1s !').toBe('20ms s', { s: [4, 16e9, ['a:/', 'b:/']] });
    });
  });

  it('describe the health of all hosts', () => {
    marbles(({ expectObservable }, scheduler) => {
      const print = (health: 'healthy' | 'unhealthy', version: string) => ({
        ...{ health, description: health === 'healthy' ? 'Healthy' : 'No rkt', timeMs: 5 },
        attributes: { 'driver.rkt': true, 'driver.rkt.version': version },
      });
      const sources = {
        a: fakeSource({ fingerprint: () => concat(of(print('healthy', '1.30.0')), NEVER) }),
        b: fakeSource({ fingerprint: () => concat(of(print('unhealthy', '1.29.0')), NEVER) }),
        lost: fakeSource({ connection: () => NEVER }),
      };
      const fleet = createFleetDriver({ scheduler, sources });
      expectObservable(fleet.fingerprint(), '^ 1s !').toBe('20ms p', {
        p: {
          health: 'healthy',
          description: '1 of 3 hosts are healthy; b: No rkt; lost is stale',
          attributes: { 'driver.rkt': true },
          timeMs: 20,
        },
      });
      expect(fleet.capabilities().ops).to.deep.equal([]);
    });
  });
});
