import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect } from 'chai';
import type { Observable } from 'rxjs';

import { createDriver, isRktError, type Driver, type TaskHandle } from '../src/index.ts';
import { readProcess } from '../src/sources/process-info.ts';
import { aTaskSpec } from './support/task-specs.ts';
import { until } from './support/until.ts';

type StreamName = {
  [Name in keyof OneMachine]: ReturnType<OneMachine[Name]> extends Observable<unknown> ? Name : never;
}[keyof OneMachine];
/** Only a fleet has hosts. */
type OneMachine = Omit<Driver, 'hosts'>;

/** How each stream ends at a shutdown; a stream that is new to the driver does not compile without a row. */
const STREAMS: Readonly<
  Record<StreamName, { readonly open: (driver: Driver) => Observable<unknown>; readonly end: string }>
> = {
  connection: { open: (driver) => driver.connection(), end: 'complete' },
  fingerprint: { open: (driver) => driver.fingerprint(), end: 'complete' },
  taskEvents: { open: (driver) => driver.taskEvents({ replay: true }), end: 'complete' },
  taskStats: { open: (driver) => driver.taskStats('one', { intervalMs: 100 }), end: 'complete' },
  allTaskStats: { open: (driver) => driver.allTaskStats({ intervalMs: 100 }), end: 'complete' },
  waitTask: { open: (driver) => driver.waitTask('one'), end: 'RKT_ERR_SHUTDOWN' },
  tasks: { open: (driver) => driver.tasks(), end: 'complete' },
  pods: { open: (driver) => driver.pods(), end: 'complete' },
  hostStats: { open: (driver) => driver.hostStats(), end: 'complete' },
  samplingStats: { open: (driver) => driver.samplingStats({ intervalMs: 100 }), end: 'complete' },
  followTasks: { open: (driver) => driver.followTasks(), end: 'complete' },
};

interface Reader {
  readonly values: unknown[];
  readonly ends: string[];
}

describe('a stream of a driver that is shut down', function () {
  this.timeout(60_000);
  let dir: string;
  let driver: Driver;

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'rkt-streams-shutdown-'));
    driver = createDriver({ rkt: 'embedded', dataDir: join(dir, 'data'), rktDir: join(dir, 'rkt') });
    await driver.recoverTask(await aHandle());
  });
  afterEach(async () => {
    await driver.shutdown();
    await rm(dir, { recursive: true });
  });

  function read(source$: Observable<unknown>): Reader {
    const values: unknown[] = [];
    const ends: string[] = [];
    source$.subscribe({
      next: (value) => values.push(value),
      complete: () => ends.push('complete'),
      error: (error: unknown) => ends.push(isRktError(error) ? error.code : String(error)),
    });
    return { values, ends };
  }

  for (const [name, { open, end }] of Object.entries(STREAMS)) {
    it(`${name} goes on before it, and ends with "${end}" at it and after it`, async () => {
      const before = read(open(driver));
      if (name !== 'waitTask') await until('it has emitted', () => before.values.length > 0);
      expect(before.ends).to.deep.equal([]);
      // What is subscribed in the same turn has not begun its work.
      const at = read(open(driver));
      await driver.shutdown();
      await until('both have ended', () => before.ends.length > 0 && at.ends.length > 0);
      const after = read(open(driver));
      await until('it has ended', () => after.ends.length > 0);
      expect([before.ends, at.ends, after.ends]).to.deep.equal([[end], [end], [end]]);
      // Only the connection has something to say then.
      expect(after.values).to.deep.equal(name === 'connection' ? [{ state: 'closed' }] : []);
    });
  }

  it('fails for a task that is not there as long as the driver works, and ends as any other then', async () => {
    for (const name of ['waitTask', 'taskStats'] as const) {
      const before = read(driver[name]('unknown'));
      await until('it has ended', () => before.ends.length > 0);
      expect(before.ends).to.deep.equal(['RKT_ERR_TASK_NOT_FOUND']);
    }
    await driver.shutdown();
    const after = [read(driver.waitTask('unknown')), read(driver.taskStats('unknown'))];
    expect(after.map(({ ends }) => ends)).to.deep.equal([['RKT_ERR_SHUTDOWN'], ['complete']]);
  });
});

/** Of a task whose app and shim are this process: it runs. */
async function aHandle(): Promise<TaskHandle> {
  const self = await readProcess(process.pid);
  const id = { pid: process.pid, startTicks: self?.startTicks ?? 0 };
  return {
    version: 1,
    state: {
      spec: aTaskSpec('one'),
      podId: '00000000-0000-4000-8000-000000000000',
      startToken: 'start-of-one',
      process: id,
      shim: id,
      startedAtMs: Date.now(),
      cgroupPaths: [],
    },
  };
}
