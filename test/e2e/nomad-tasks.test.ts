import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect } from 'chai';

import { encodeMsgpack } from '../../src/nomad/msgpack.ts';
import { callError } from '../support/call-errors.ts';
import type { NomadHost } from '../support/nomad-host.ts';
import { collectLog, openNomadSandbox, type NomadSandbox } from '../support/nomad-sandbox.ts';
import { requires } from '../support/requirements.ts';
import { until } from '../support/until.ts';
import { received } from '../support/wire-messages.ts';

const FOREVER = 'trap "exit 7" TERM INT; while :; do sleep 0.05; done';
const SECOND = { seconds: 1, nanos: 0 };

describe('tasks of a Nomad agent', function () {
  let nomad: NomadSandbox;
  let plugin: NomadHost;

  before(async function () {
    nomad = await openNomadSandbox(this);
    plugin = await nomad.launch();
  });
  after(() => nomad.close());
  afterEach(async () => {
    expect(plugin.log().filter(({ level }) => level === 'error')).to.deep.equal([]);
    let left: readonly string[] = [];
    const isClean = async () => (left = await nomad.sandbox.leftovers()).length === 0;
    await until('nothing is left', isClean).catch((cause: unknown) => {
      throw new Error(`left behind: ${left.join(', ')}`, { cause });
    });
  });

  const wait = (task_id: string) => plugin.driver.unary('WaitTask', { task_id });
  const stop = (task_id: string, seconds = 5) =>
    plugin.driver.unary('StopTask', { task_id, timeout: { seconds, nanos: 0 } });

  it('is detected at once, and stays so', async () => {
    const stream = plugin.driver.stream('Fingerprint', {});
    const { health, attributes } = await stream.next();
    expect(health).to.equal('HEALTHY');
    expect(attributes['driver.rkt']).to.deep.include({ bool_val: true });
    expect(attributes['driver.rkt.version']?.string_val).to.match(/^\d+\.\d+/);
    expect(attributes['driver.rkt.volumes.enabled']).to.deep.include({ bool_val: true });
    stream.cancel();
  });

  it('runs, writes into pipes, sees its directories, ends and is destroyed', async () => {
    const task = await nomad.task('echo out $NOMAD_TASK_NAME; echo err >&2; echo made >/local/f; exit 3');
    const logs = join(task.config.alloc_dir ?? '', 'alloc', 'logs');
    const [stdout_path, stderr_path] = [join(logs, 'out.fifo'), join(logs, 'err.fifo')] as const;
    const [out, err] = [await collectLog(stdout_path), await collectLog(stderr_path)];
    const events = plugin.driver.stream('TaskEvents', {});
    const handle = await nomad.start({ ...task, config: { ...task.config, stdout_path, stderr_path } });
    expect(handle).to.include({ version: 1, state: 'RUNNING' });
    expect(handle.config?.id).to.equal(task.id);
    expect(await wait(task.id)).to.deep.equal({
      result: { exit_code: 3, signal: 0, oom_killed: false },
      err: '',
    });
    await until('both logs are there', () => out.text() !== '' && err.text().endsWith('err\n'));
    expect(out.text()).to.equal('out web\n');
    expect(existsSync(join(task.config.alloc_dir ?? '', 'web/local/f'))).to.equal(true);
    const messages: string[] = [];
    for (const _ of [1, 2, 3]) {
      const { message, task_name, alloc_id } = await events.next();
      expect({ task_name, alloc_id }).to.deep.equal({ task_name: 'web', alloc_id: task.config.alloc_id });
      messages.push(message);
    }
    expect(messages[0]).to.match(/prepared/i);
    expect(messages[1]).to.match(/started.*\d/i);
    expect(messages[2]).to.match(/\b3\b/);
    await stop(task.id);
    const { task: status } = await plugin.driver.unary('InspectTask', { task_id: task.id });
    expect(status).to.deep.include({ state: 'EXITED' });
    expect(status?.result?.exit_code).to.equal(3);
    expect((await wait(task.id)).result?.exit_code).to.equal(3);
    await nomad.destroy(task.id);
    expect(await callError(wait(task.id))).to.include({ code: 2, details: 'task not found for given id' });
    events.cancel();
    [out, err].forEach((log) => log.close());
  });

  it('pins a task to the cores that are reserved for it', async function () {
    requires(this, 'cores');
    const task = await nomad.task('grep Cpus_allowed_list /proc/self/status >/local/cpus');
    const { resources } = task.config;
    const linux_resources = { ...resources?.linux_resources, cpuset_cpus: '1' };
    await nomad.start({
      ...task,
      config: { ...task.config, resources: { ...resources, linux_resources } },
    });
    await wait(task.id);
    const cpus = readFileSync(join(task.config.alloc_dir ?? '', 'web/local/cpus'), 'utf8');
    expect(cpus).to.equal('Cpus_allowed_list:\t1\n');
    await plugin.driver.unary('DestroyTask', { task_id: task.id, force: true });
  });

  it('runs two tasks side by side, measures both, signals and stops each alone', async () => {
    const [busy, idle] = [
      await nomad.run('trap "exit 9" USR1; while :; do :; done'),
      await nomad.run(FOREVER),
    ];
    const streams = [busy, idle].map((task_id) =>
      plugin.driver.stream('TaskStats', { task_id, collection_interval: { seconds: 0, nanos: 200_000_000 } }),
    );
    const [ofBusy, ofIdle] = streams;
    const percent = async (): Promise<number> =>
      (await ofBusy!.next()).stats?.agg_resource_usage?.cpu?.percent ?? 0;
    await until('the busy one is seen to be busy', async () => (await percent()) > 5);
    const { stats } = await ofIdle!.next();
    expect(stats?.timestamp?.seconds).to.be.greaterThan(1e9);
    expect(stats?.agg_resource_usage?.memory?.measured_fields).to.include.members(['RSS', 'USAGE']);
    expect(stats?.agg_resource_usage?.cpu?.measured_fields)
      .to.include('PERCENT')
      .and.not.include('TOTAL_TICKS');
    await plugin.driver.unary('SignalTask', { task_id: busy, signal: 'SIGUSR1' });
    expect((await wait(busy)).result?.exit_code).to.equal(9);
    const both = [wait(idle), wait(idle)];
    await stop(idle);
    for (const one of both) expect((await one).result?.exit_code).to.equal(7);
    streams.forEach((stream) => stream.cancel());
    await Promise.all([busy, idle].map((id) => nomad.destroy(id)));
  });

  it('refuses what it cannot run, with a status, and leaves nothing', async () => {
    const task = await nomad.task('true');
    const start = (change: object) =>
      plugin.driver.unary('StartTask', { task: { ...task.config, ...change } });
    const cut = await callError(start({ msgpack_driver_config: Buffer.from('81a5', 'hex') }));
    expect(cut).to.include({ code: 2 });
    expect(cut.details).to.include('not valid msgpack');
    const stray = await callError(
      start({ msgpack_driver_config: encodeMsgpack({ image: 'i', imagee: 'x' }) }),
    );
    expect(stray.details).to.include('imagee').and.include('known are');
    const image = { image: '/nonexistent.aci' };
    expect((await callError(start({ msgpack_driver_config: encodeMsgpack(image) }))).details).to.include(
      'nonexistent',
    );
    expect((await callError(stop('unknown'))).details).to.equal('task not found for given id');
  });

  it('takes enum values that it has no name for', async () => {
    const task = await nomad.task(FOREVER);
    const handle = await nomad.start(task);
    const strange = received('TaskHandle', { ...handle, state: 77 });
    await plugin.driver.unary('RecoverTask', { handle: strange });
    await nomad.destroy(task.id);
  });

  describe('whose plugin is killed', () => {
    it('runs on, is recovered with and without its config, and reports and measures as before', async () => {
      const tasks = [
        await nomad.task(FOREVER),
        await nomad.task(FOREVER),
        await nomad.task('sleep 0.2; exit 5'),
      ];
      const handles = [];
      for (const task of tasks) handles.push(await nomad.start(task));
      const [first, second, third] = tasks.map(({ id }) => id) as [string, string, string];
      expect((await wait(third)).result?.exit_code).to.equal(5);
      const lost = wait(first).catch((error: unknown) => error);
      const pid = async (): Promise<string | undefined> =>
        (await plugin.driver.unary('InspectTask', { task_id: first })).driver?.attributes['pid'];
      const before = await pid();
      // It ends only when the pipes of the plugin have: no task may hold them.
      await plugin.kill();
      expect(await lost).to.not.have.property('result');
      expect(existsSync(`/proc/${before}`)).to.equal(true);

      plugin = await nomad.launch();
      const events = plugin.driver.stream('TaskEvents', {});
      expect((await callError(wait(first))).details).to.equal('task not found for given id');
      for (const [index, handle] of handles.entries()) {
        const config =
          index === 1 ? { ...handle.config, msgpack_driver_config: Buffer.alloc(0) } : handle.config;
        await plugin.driver.unary('RecoverTask', { handle: { ...handle, config } });
        await plugin.driver.unary('RecoverTask', { handle: { ...handle, config } });
      }
      expect(await pid()).to.equal(before);
      expect((await wait(third)).result?.exit_code).to.equal(5);
      expect((await events.next()).message).to.match(/recovered/i);
      events.cancel();
      for (const task_id of [first, second]) {
        const stats = plugin.driver.stream('TaskStats', { task_id, collection_interval: SECOND });
        expect((await stats.next()).stats?.agg_resource_usage?.memory?.usage).to.be.greaterThan(0);
        stats.cancel();
        await stop(task_id);
        expect((await wait(task_id)).result?.exit_code).to.equal(7);
      }
      await Promise.all([first, second, third].map((id) => nomad.destroy(id)));
    });

    it('outlives an orderly end of the plugin, too', async () => {
      const task = await nomad.task(FOREVER);
      const handle = await nomad.start(task);
      const waiting = wait(task.id).catch((error: unknown) => error);
      expect(await plugin.shutdown()).to.equal(true);
      expect(await waiting).to.not.have.property('result');
      plugin = await nomad.launch();
      await plugin.driver.unary('RecoverTask', { handle });
      await stop(task.id, 0);
      expect((await wait(task.id)).result).to.deep.include({ signal: 9 });
      await nomad.destroy(task.id);
    });
  });

  it('frees what cancelled streams held', async () => {
    const id = await nomad.run(FOREVER);
    const wired = () => [
      plugin.driver.stream('Fingerprint', {}),
      plugin.driver.stream('TaskStats', { task_id: id, collection_interval: SECOND }),
    ];
    for (let round = 0; round < 20; round += 1) {
      const streams = wired();
      await Promise.all(streams.map((stream) => stream.next()));
      streams.forEach((stream) => stream.cancel());
      const abort = new AbortController();
      const waiting = plugin.driver.unary('WaitTask', { task_id: id }, { signal: abort.signal });
      abort.abort();
      expect((await callError(waiting)).code).to.equal(1);
    }
    const { task } = await plugin.driver.unary('InspectTask', { task_id: id });
    expect(task?.state).to.equal('RUNNING');
    await nomad.destroy(id);
  });

  it('runs a hundred at once, and measures each', async function () {
    this.timeout(180_000);
    const ids = await Promise.all(Array.from({ length: 100 }, () => nomad.run('exec sleep 1000')));
    const streams = ids.map((task_id) =>
      plugin.driver.stream('TaskStats', { task_id, collection_interval: SECOND }),
    );
    for (const stream of streams) {
      expect((await stream.next()).stats?.agg_resource_usage?.memory?.usage).to.be.greaterThan(0);
      expect((await stream.next()).stats?.timestamp?.seconds).to.be.greaterThan(1e9);
    }
    streams.forEach((stream) => stream.cancel());
    await Promise.all(ids.map((id) => nomad.destroy(id)));
  });
});
