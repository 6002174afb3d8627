import { expect } from 'chai';
import { BehaviorSubject, EMPTY, lastValueFrom, of, throwError, toArray } from 'rxjs';

import type { Driver } from '../../../src/driver-interface.ts';
import { createFleetDriver } from '../../../src/drivers/fleet/fleet-driver.ts';
import type { Connection } from '../../../src/model/driver-connection.ts';
import { CAPABILITIES } from '../../../src/model/plugin.ts';
import { RktError, isRktError } from '../../../src/model/rkt-error.ts';
import type { TaskHandle } from '../../../src/model/task-state.ts';
import { exited, status } from '../recorded/write-recording.ts';
import { until } from '../../support/until.ts';
import { fakeSource } from './fake-source.ts';

const never = <T>(): Promise<T> => new Promise(() => undefined);

/** A source with all ops, and the calls that it got. */
function recordingSource(methods: Partial<Driver> = {}): { source: Driver; calls: unknown[] } {
  const calls: unknown[] = [];
  const note =
    <T>(name: string, result: T) =>
    (...args: readonly unknown[]): Promise<T> => {
      calls.push([name, ...args.filter((arg) => arg !== undefined)]);
      return Promise.resolve(result);
    };
  const handle = { version: 1, state: { spec: { id: 'web' } } } as unknown as TaskHandle;
  const source = fakeSource({
    capabilities: () => CAPABILITIES,
    stopTask: note('stopTask', undefined),
    signalTask: note('signalTask', undefined),
    startTask: note('startTask', { handle, network: undefined }),
    recoverTask: note('recoverTask', undefined),
    shutdown: note('shutdown', undefined),
    inspectTask: (id) => status(id),
    ...methods,
  });
  return { source, calls };
}

async function failure(call: () => unknown): Promise<RktError> {
  try {
    await call();
  } catch (error) {
    if (isRktError(error)) return error;
    throw error;
  }
  throw new Error('the call succeeded');
}

describe('the ops of a fleet', () => {
  it('are done by the host that the id names, and ids may have slashes', async () => {
    const [a, b] = [recordingSource(), recordingSource()];
    const fleet = createFleetDriver({ sources: { a: a.source, b: b.source } });
    await fleet.stopTask('b/alloc/web', { timeoutMs: 1 });
    const started = await fleet.startTask({ id: 'a/web', config: { image: 'x' } });
    expect(started.handle.state.spec.id).to.equal('a/web');
    await fleet.recoverTask(started.handle);
    expect(b.calls).to.deep.equal([['stopTask', 'alloc/web', { timeoutMs: 1 }]]);
    expect(a.calls).to.deep.equal([
      ['startTask', { id: 'web', config: { image: 'x' } }],
      ['recoverTask', { version: 1, state: { spec: { id: 'web' } } }],
    ]);
    expect(fleet.inspectTask('b/alloc/web').id).to.equal('b/alloc/web');
  });

  it('are refused for a host whose driver has not got them, which is not called', async () => {
    const { source } = recordingSource();
    const replayed = fakeSource({ stopTask: () => Promise.reject(new Error('called')) });
    const fleet = createFleetDriver({ sources: { a: source, replayed } });
    expect(fleet.capabilities().ops).to.include('stopTask').and.not.include('lockAgent');
    const refused = await failure(() => fleet.stopTask('replayed/web'));
    expect(refused.code).to.equal('RKT_ERR_UNSUPPORTED');
    expect(refused.message).to.match(/^The driver of host "replayed" has no stopTask\./);
    expect((await failure(() => fleet.lockAgent())).message).to.match(/^A fleet driver has no lockAgent\./);
  });

  it('are refused at once for a host that is lost, and go to it when it is back', async () => {
    const connectionSubject = new BehaviorSubject<Connection>({
      state: 'stale',
      sinceMs: 0,
      reason: 'is gone',
    });
    const { source, calls } = recordingSource({
      connection: () => connectionSubject.asObservable(),
      signalTask: () => never(),
    });
    const fleet = createFleetDriver({ sources: { a: source } });
    const states: string[] = [];
    const watching = fleet.hosts().subscribe((hosts) => {
      states.push(hosts.map(({ connection }) => connection.state).join());
    });
    await until('it is stale', () => states.at(-1) === 'stale' && states.length > 0);
    const refused = await failure(() => fleet.signalTask('a/web', 'SIGHUP'));
    expect(refused.code).to.equal('RKT_ERR_AGENT_LOST');
    expect(refused.message).to.match(/^host "a" is stale since 1970-01-01T00:00:00.000Z: is gone/);
    connectionSubject.next({ state: 'live' });
    await until('it is live', () => states.at(-1) === 'live');
    await fleet.stopTask('a/web');
    expect(calls).to.deep.equal([['stopTask', 'web']]);
    watching.unsubscribe();
  });

  it('name the host and the task of the fleet in errors, and refuse ids without a host', async () => {
    const { source } = recordingSource({
      stopTask: () => Promise.reject(new RktError('RKT_ERR_STOP', 'the cgroup is busy', { taskId: 'web' })),
      waitTask: () => throwError(() => new RktError('RKT_ERR_TASK_NOT_FOUND', 'gone', { taskId: 'web' })),
      inspectTask: () => status('other'),
    });
    const fleet = createFleetDriver({ sources: { a: source } });
    const stop = await failure(() => fleet.stopTask('a/web'));
    expect([stop.code, stop.what, stop.details.taskId]).to.deep.equal([
      'RKT_ERR_STOP',
      'host "a": the cgroup is busy',
      'a/web',
    ]);
    const wait = await failure(() => lastValueFrom(fleet.waitTask('a/web')));
    expect([wait.code, wait.details.taskId]).to.deep.equal(['RKT_ERR_TASK_NOT_FOUND', 'a/web']);
    expect((await failure(() => fleet.inspectTask('a/web'))).what).to.equal(
      'host "a": the status of another task came: "a/other"',
    );
    const codes: string[] = [];
    for (const id of ['web', 'c/web', 'a/', '/web'])
      codes.push(
        (await failure(() => fleet.startTask({ id, config: { image: 'x' } }))).code,
        (await failure(() => fleet.signalTask(id, 'SIGHUP'))).code,
      );
    expect(new Set(codes)).to.deep.equal(new Set(['RKT_ERR_TASK_CONFIG', 'RKT_ERR_TASK_NOT_FOUND']));
  });

  it('that ask all hosts go on without one that does not respond, throws or fails', async () => {
    const recovered = { recovered: ['web'], undone: [], failures: [] };
    const answer = { recoverTasks: () => Promise.resolve(recovered) };
    const fleet = createFleetDriver({
      responseTimeoutMs: 20,
      sources: {
        a: fakeSource(answer),
        silent: fakeSource({
          capabilities: () => CAPABILITIES,
          recoverTasks: never,
          audit: never,
        }),
        thrower: fakeSource({
          recoverTasks: () => {
            throw new TypeError('broken');
          },
        }),
      },
    });
    const { recovered: ids, failures } = await fleet.recoverTasks();
    expect(ids).to.deep.equal(['a/web']);
    expect(failures.map(({ file, error }) => `${file}: ${error.what}`)).to.deep.equal([
      'silent: no response within 20 ms',
      'thrower: host "thrower" failed: broken',
    ]);
    expect(await fleet.audit()).to.deep.equal({
      findings: [],
      unchecked: [
        { what: 'a', reason: 'its driver has no audit' },
        { what: 'thrower', reason: 'its driver has no audit' },
        { what: 'silent', reason: 'no response within 20 ms' },
      ],
    });
  });

  it('end at shutdown, which leaves the sources alone unless it is asked to close them', async () => {
    const stuck = recordingSource({ stopTask: never });
    const fleet = createFleetDriver({ sources: { a: stuck.source } });
    const stopped = failure(() => fleet.stopTask('a/web'));
    await fleet.shutdown();
    expect((await stopped).code).to.equal('RKT_ERR_SHUTDOWN');
    expect(stuck.calls).to.deep.equal([]);

    const closing = recordingSource();
    const silent = fakeSource({ shutdown: never });
    const owner = createFleetDriver({
      sources: { a: closing.source, silent },
      closeSources: true,
      responseTimeoutMs: 20,
    });
    await owner.shutdown();
    await owner.shutdown();
    expect(closing.calls).to.deep.equal([['shutdown']]);
  });

  it('have streams of one task, of its host', async () => {
    const exit = exited('web', 3, 5).exitResult;
    const { source } = recordingSource({
      waitTask: (id) => (id === 'web' && exit !== undefined ? of(exit) : EMPTY),
    });
    const fleet = createFleetDriver({ sources: { a: source, b: fakeSource() } });
    expect(await lastValueFrom(fleet.waitTask('a/web').pipe(toArray()))).to.deep.equal([exit]);
  });

  it('need sources with names that can be part of an id', async () => {
    for (const sources of [{}, { 'a/b': fakeSource() }, { '': fakeSource() }, { 'a b': fakeSource() }])
      expect((await failure(() => createFleetDriver({ sources }))).code).to.equal('RKT_ERR_OPTIONS');
    const options = { sources: { a: fakeSource() }, responseTimeoutMs: 0 };
    expect((await failure(() => createFleetDriver(options))).message).to.match(
      /^responseTimeoutMs is a number/,
    );
  });
});
