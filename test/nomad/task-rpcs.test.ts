import { expect } from 'chai';
import { of, throwError } from 'rxjs';

import type { Driver, StartedTask } from '../../src/index.ts';
import { RktError, taskNotFound } from '../../src/model/rkt-error.ts';
import { taskSpecSchema } from '../../src/model/task-spec.ts';
import { callError } from '../support/call-errors.ts';
import { fakeDriver, serve, type Services } from '../support/nomad-services.ts';
import { until } from '../support/until.ts';
import { wireTask } from '../support/wire-messages.ts';

const EXIT = { exitCode: 3, oomKilled: false, completedAtMs: 1, source: 'exit-file' } as const;

/** A start that goes well without doing anything. */
const started: Driver['startTask'] = (input) => {
  const result: StartedTask = {
    network: { ip: '172.16.28.2', portMap: { http: 80 }, autoAdvertise: false },
    handle: {
      version: 1,
      state: {
        spec: taskSpecSchema.parse(input),
        podId: 'pod',
        startToken: 'token',
        process: { pid: 2, startTicks: 1 },
        shim: { pid: 1, startTicks: 1 },
        startedAtMs: 1,
        cgroupPaths: [],
      },
    },
  };
  return Promise.resolve(result);
};

describe('the calls of the driver service', () => {
  let fake: ReturnType<typeof fakeDriver>;
  let services: Services;
  const calls: unknown[][] = [];
  const noted =
    (name: string) =>
    (...args: unknown[]): Promise<void> => {
      calls.push([name, ...args]);
      return Promise.resolve();
    };

  const open = async (ops: Partial<Driver> = {}): Promise<void> => {
    fake = fakeDriver({
      startTask: started,
      stopTask: noted('stop'),
      destroyTask: noted('destroy'),
      signalTask: noted('signal'),
      recoverTask: noted('recover'),
      ...ops,
    });
    services = await serve(fake.driver);
  };
  beforeEach(() => calls.splice(0));
  afterEach(() => services.dispose());

  it('says what it can, and which config a task takes', async () => {
    await open();
    const { capabilities } = await services.driver.unary('Capabilities', {});
    expect(capabilities).to.include({ send_signals: true, exec: true, fs_isolation: 'IMAGE' });
    expect(capabilities?.network_isolation_modes).to.deep.equal(['HOST', 'GROUP']);
    const { spec } = await services.driver.unary('TaskConfigSchema', {});
    expect(spec?.object?.attributes['image']?.Attr).to.deep.equal({
      name: 'image',
      type: 'string',
      required: true,
    });
  });

  it('answers what later hosts ask, and makes no networks', async () => {
    await open();
    expect(await services.driver.unary('Init', {})).to.deep.equal({});
    expect(await services.driver.unary('Shutdown', {})).to.deep.equal({});
    for (const method of ['CreateNetwork', 'DestroyNetwork'] as const) {
      expect(await callError(services.driver.unary(method, {}))).to.include({
        code: 2,
        details: `${method} is not supported by this driver`,
      });
    }
  });

  it('returns a handle from which the same task is recovered, with and without its config block', async () => {
    await open();
    const task = wireTask();
    const { handle, network_override, result } = await services.driver.unary('StartTask', { task });
    expect(result).to.equal('SUCCESS');
    expect(handle).to.deep.include({ version: 1, state: 'RUNNING', config: task });
    expect(network_override).to.deep.equal({
      addr: '172.16.28.2',
      port_map: { http: 80 },
      auto_advertise: false,
    });
    await services.driver.unary('RecoverTask', { handle });
    const bare = { ...handle, config: { ...task, msgpack_driver_config: Buffer.alloc(0) } };
    await services.driver.unary('RecoverTask', { task_id: '', handle: bare });
    expect(calls).to.have.length(2);
    expect(calls[0]).to.deep.equal(calls[1]);
    expect(calls[0]?.[1]).to.deep.include({ version: 1 });
  });

  it('takes states and results that it has no name for', async () => {
    await open();
    const { handle } = await services.driver.unary('StartTask', { task: wireTask() });
    await services.driver.unary('RecoverTask', { handle: { ...handle, state: 99 as 1 } });
    expect(calls).to.have.length(1);
  });

  it('takes the id of a start whose answer got lost with the plugin that made it', async () => {
    const exists = new RktError('RKT_ERR_TASK_EXISTS', 'taken');
    const starts: (() => Promise<StartedTask>)[] = [() => Promise.reject(exists)];
    const inspectTask = (id: string): never => {
      throw taskNotFound(id);
    };
    await open({ startTask: (input) => (starts.pop() ?? (() => started(input)))(), inspectTask });
    const { result } = await services.driver.unary('StartTask', { task: wireTask({ id: 'lost' }) });
    expect(result).to.equal('SUCCESS');
    expect(calls).to.deep.equal([['destroy', 'lost', { force: true }]]);
  });

  it('refuses the id of a task that it knows', async () => {
    const exists = new RktError('RKT_ERR_TASK_EXISTS', 'taken');
    const inspectTask = (id: string) => ({ id }) as ReturnType<Driver['inspectTask']>;
    await open({ startTask: () => Promise.reject(exists), inspectTask });
    const error = await callError(services.driver.unary('StartTask', { task: wireTask() }));
    expect(error.details).to.include('taken');
    expect(calls).to.deep.equal([]);
  });

  it('fails a start by the status of the call, and says when another one may go well', async () => {
    const recoverable = new RktError('RKT_ERR_NETWORK', 'slow', { recoverable: true });
    await open({
      startTask: (task) =>
        Promise.reject(task.name === 'slow' ? recoverable : new RktError('RKT_ERR_IMAGE', 'no')),
    });
    const slow = await callError(services.driver.unary('StartTask', { task: wireTask({ name: 'slow' }) }));
    expect(slow).to.include({ code: 9, details: recoverable.message });
    const [bytes] = slow.metadata.get('grpc-status-details-bin');
    expect((bytes as Buffer).subarray(-4).toString('hex')).to.equal('12020801');
    const bad = await callError(services.driver.unary('StartTask', { task: wireTask() }));
    expect(bad.code).to.equal(2);
    expect(bad.metadata.get('grpc-status-details-bin')).to.deep.equal([]);
  });

  it('fails a start without a task, and one whose config cannot be read', async () => {
    await open();
    expect((await callError(services.driver.unary('StartTask', {}))).details).to.include('without a task');
    const task = wireTask({ msgpack_driver_config: Buffer.from('c1', 'hex') });
    const error = await callError(services.driver.unary('StartTask', { task }));
    expect(error.code).to.equal(2);
    expect(error.details).to.include('not valid msgpack');
    expect((await callError(services.driver.unary('RecoverTask', {}))).details).to.include(
      'without its handle',
    );
  });

  it('passes on how a task is to be stopped, destroyed and signaled', async () => {
    await open();
    const task_id = 'a';
    await services.driver.unary('StopTask', {
      task_id,
      timeout: { seconds: 5, nanos: 0 },
      signal: 'SIGUSR2',
    });
    await services.driver.unary('StopTask', { task_id, timeout: { seconds: 0, nanos: 0 } });
    await services.driver.unary('StopTask', { task_id });
    await services.driver.unary('DestroyTask', { task_id, force: true });
    await services.driver.unary('SignalTask', { task_id, signal: 'SIGHUP' });
    expect(calls).to.deep.equal([
      ['stop', 'a', { signal: 'SIGUSR2', timeoutMs: 5_000 }],
      ['stop', 'a', { signal: '', timeoutMs: 0 }],
      ['stop', 'a', { signal: '' }],
      ['destroy', 'a', { force: true }],
      ['signal', 'a', 'SIGHUP'],
    ]);
  });

  it('fails for a task that no one knows in the words of every driver', async () => {
    const reject = (id: string): Promise<never> => Promise.reject(taskNotFound(id));
    await open({
      stopTask: reject,
      destroyTask: reject,
      signalTask: reject,
      execTask: reject,
      waitTask: (id) => throwError(() => taskNotFound(id)),
    });
    const methods = ['StopTask', 'DestroyTask', 'SignalTask', 'ExecTask', 'WaitTask', 'InspectTask'] as const;
    for (const method of methods) {
      const error = await callError(services.driver.unary(method, { task_id: 'a' }));
      expect(error, method).to.include({ code: 2, details: 'task not found for given id' });
    }
  });

  it('reports all who wait how a task ended', async () => {
    await open();
    const waits = [1, 2, 3].map(() => services.driver.unary('WaitTask', { task_id: 'a' }));
    await until('all wait', () => fake.streams.exit.subscribers() === 3);
    fake.subjects.exit.next(EXIT);
    for (const wait of waits) {
      expect(await wait).to.deep.equal({ result: { exit_code: 3, signal: 0, oom_killed: false }, err: '' });
    }
    expect(fake.streams.exit.subscribers()).to.equal(0);
  });

  it('leaves a task alone when a wait is given up', async () => {
    await open();
    const abort = new AbortController();
    const wait = services.driver.unary('WaitTask', { task_id: 'a' }, { signal: abort.signal });
    await until('it waits', () => fake.streams.exit.subscribers() === 1);
    abort.abort();
    expect((await callError(wait)).code).to.equal(1);
    await until('all is freed', () => fake.streams.exit.subscribers() === 0);
    expect(calls).to.deep.equal([]);
  });

  for (const [what, waitTask] of [
    ['is in progress', undefined],
    ['begins later', () => throwError(() => new RktError('RKT_ERR_SHUTDOWN', ''))],
  ] as const) {
    it(`does not take its own end for that of a task: the wait ${what}`, async () => {
      await open(waitTask && { waitTask });
      const abort = new AbortController();
      let isAnswered = false;
      const wait = services.driver.unary('WaitTask', { task_id: 'a' }, { signal: abort.signal });
      void wait.then(
        () => (isAnswered = true),
        () => undefined,
      );
      await services.base.unary('PluginInfo', {});
      await services.close();
      await services.base.unary('PluginInfo', {});
      expect(isAnswered).to.equal(false);
      abort.abort();
      expect((await callError(wait)).code).to.equal(1);
    });
  }

  it('answers an exec with bytes and a result', async () => {
    const asked: unknown[] = [];
    await open({
      execTask: (id, cmd, options) => {
        asked.push(id, cmd, options?.timeoutMs);
        return Promise.resolve({
          exitCode: 130,
          signal: 2,
          stdout: 'out',
          stderr: 'err',
          output: 'outerr',
          truncated: false,
        });
      },
    });
    const request = { task_id: 'a', command: ['/bin/x', 'y'], timeout: { seconds: 3, nanos: 0 } };
    expect(await services.driver.unary('ExecTask', request)).to.deep.equal({
      stdout: Buffer.from('out'),
      stderr: Buffer.from('err'),
      result: { exit_code: 130, signal: 2, oom_killed: false },
    });
    await services.driver.unary('ExecTask', { ...request, timeout: { seconds: 0, nanos: 0 } });
    expect(asked).to.deep.equal(['a', ['/bin/x', 'y'], 3_000, 'a', ['/bin/x', 'y'], 2 ** 31 - 1]);
  });

  it('says in stderr when the output of an exec was cut', async () => {
    const result = { exitCode: 0, stdout: 'out', stderr: 'err', output: 'outerr', truncated: true };
    await open({ execTask: () => Promise.resolve(result) });
    const { stdout, stderr } = await services.driver.unary('ExecTask', { task_id: 'a', command: ['/bin/x'] });
    expect(stdout.toString()).to.equal('out');
    expect(stderr.toString()).to.equal('err\nrkt-streams: the output was cut after 16 MiB\n');
  });

  it('kills the command of an exec that was given up', async () => {
    let signal: AbortSignal | undefined;
    await open({
      execTask: (_id, _cmd, options) => {
        signal = options?.signal;
        return new Promise(() => undefined);
      },
    });
    const abort = new AbortController();
    const exec = services.driver.unary('ExecTask', { task_id: 'a' }, { signal: abort.signal });
    await until('it runs', () => signal !== undefined);
    abort.abort();
    await callError(exec);
    await until('it is reported', () => signal?.aborted === true);
  });

  it('answers a wait for a task that has ended at once', async () => {
    await open({ waitTask: () => of({ ...EXIT, signal: 9, exitCode: 137, oomKilled: true }) });
    expect((await services.driver.unary('WaitTask', { task_id: 'a' })).result).to.deep.equal({
      exit_code: 137,
      signal: 9,
      oom_killed: true,
    });
  });
});
