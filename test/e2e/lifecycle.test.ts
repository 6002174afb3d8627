import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream, existsSync } from 'node:fs';
import { mkdir, open, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect } from 'chai';
import { firstValueFrom, lastValueFrom, take, toArray } from 'rxjs';

import type { Driver } from '../../src/index.ts';
import { resolveRkt } from '../../src/rkt/resolve-binary.ts';
import { createRktRunner } from '../../src/rkt/command-runner.ts';
import { listImages } from '../../src/rkt/rkt-image-list.ts';
import { listPods } from '../../src/rkt/rkt-list.ts';
import { removePod } from '../../src/rkt/rkt-rm.ts';
import { expectRktRejection } from '../support/errors.ts';
import { openSandbox, recordEvents, type Sandbox } from '../support/sandbox.ts';
import { until } from '../support/until.ts';

describe('a task', function () {
  let sandbox: Sandbox;
  let driver: Driver;

  before(async function () {
    sandbox = await openSandbox(this);
    driver = sandbox.driver();
  });
  after(() => sandbox.close());
  afterEach(async () => {
    const [tasks] = await lastValueFrom(driver.tasks().pipe(take(1), toArray()));
    for (const { id } of tasks ?? []) await driver.destroyTask(id, { force: true });
    expect(await sandbox.leftovers()).to.deep.equal([]);
  });

  const exitOf = (id: string) => firstValueFrom(driver.waitTask(id));
  const output = async (id: string) => readFile(driver.inspectTask(id).stdoutPath ?? '', 'utf8');

  it('runs, ends and is destroyed, and says so', async () => {
    const events = recordEvents(driver);
    const { handle, network } = await driver.startTask(
      sandbox.shell('one', 'echo out; echo err >&2; exit 3'),
    );
    const exit = await exitOf('one');
    expect(exit).to.include({ exitCode: 3, oomKilled: false, source: 'exit-file' });
    expect(exit).to.not.have.property('signal');
    expect(network).to.equal(undefined);
    expect(driver.inspectTask('one')).to.include({
      phase: 'exited',
      state: 'exited',
      podId: handle.state.podId,
    });
    expect(await output('one')).to.equal('out\n');
    expect(await readFile(driver.inspectTask('one').stderrPath ?? '', 'utf8')).to.match(/err\n$/);
    await driver.destroyTask('one');
    expect(events.map(({ kind }) => kind)).to.deep.equal(['prepared', 'started', 'exited', 'destroyed']);
    expect(events[2]?.annotations).to.include({ exit_code: '3', oom_killed: 'false' });
    expect(events.map(({ message }) => message)).to.deep.equal([
      `Pod prepared from image ${sandbox.image}`,
      `Started as pid ${handle.state.process.pid}`,
      'Exited with code 3',
      'Removed pod, cgroup and files',
    ]);
  });

  it('sees its environment, its alloc directories and its volumes, and writes only where it may', async () => {
    const allocDir = join(sandbox.base, 'alloc');
    const host = join(sandbox.base, 'host');
    await Promise.all(
      ['alloc', 'v/local', 'v/secrets', 'data'].map((dir) => mkdir(join(allocDir, dir), { recursive: true })),
    );
    await mkdir(host);
    const script =
      'echo $GREETING >/alloc/a; echo b >/local/b; echo c >/data/c; echo d >/host/d || echo read-only';
    const task = sandbox.shell('v', script, { allocDir, env: { GREETING: 'hello world' } });
    await driver.startTask({
      ...task,
      config: { ...task.config, volumes: ['data:/data', `${host}:/host:readOnly`] },
    });
    expect(await exitOf('v')).to.include({ exitCode: 0 });
    expect(await output('v')).to.equal('read-only\n');
    expect(await readFile(join(allocDir, 'alloc/a'), 'utf8')).to.equal('hello world\n');
    expect(await readFile(join(allocDir, 'v/local/b'), 'utf8')).to.equal('b\n');
    expect(await readFile(join(allocDir, 'data/c'), 'utf8')).to.equal('c\n');
  });

  it('writes into named pipes whose reader may come late and go', async () => {
    const pipe = join(sandbox.base, 'stdout.pipe');
    execFileSync('mkfifo', [pipe]);
    await driver.startTask(
      sandbox.shell('pipe', 'echo first; read line; echo second; sleep 1000', { stdoutPath: pipe }),
    );
    const reader = await open(pipe, 'r');
    let text = '';
    while (!text.endsWith('second\n')) {
      const { buffer, bytesRead } = await reader.read(Buffer.alloc(64));
      text += buffer.toString('utf8', 0, bytesRead);
    }
    await reader.close();
    expect(text).to.equal('first\nsecond\n');
    expect(driver.inspectTask('pipe').phase).to.equal('running');
  });

  it('keeps its pipes open until it ends, though the app has closed them', async () => {
    const pipe = join(sandbox.base, 'closed.pipe');
    execFileSync('mkfifo', [pipe]);
    const reader = createReadStream(pipe, 'utf8');
    let text = '';
    reader.on('data', (chunk) => (text += String(chunk)));
    await driver.startTask(
      sandbox.shell('closed', 'echo first; exec >/dev/null; echo closed >&2; read line; exec sleep 1000', {
        stdoutPath: pipe,
      }),
    );
    const { stderrPath = '' } = driver.inspectTask('closed');
    await until('the app has closed it', async () =>
      (await readFile(stderrPath, 'utf8')).includes('closed\n'),
    );
    await until('its words are here', () => text === 'first\n');
    expect(reader.readableEnded).to.equal(false);
    const ended = once(reader, 'end');
    await driver.stopTask('closed', { timeoutMs: 0 });
    await ended;
  });

  it('gets the signal it is to be stopped with, and is not killed when it obeys', async () => {
    const events = recordEvents(driver);
    await driver.startTask(
      sandbox.shell('obeys', 'trap "echo bye; exit 7" USR1; echo ready; while :; do sleep 0.05; done'),
    );
    await until('the trap is set', async () => (await output('obeys')) === 'ready\n');
    await driver.stopTask('obeys', { signal: 'SIGUSR1', timeoutMs: 10_000 });
    expect(await exitOf('obeys')).to.include({ exitCode: 7 });
    expect(await output('obeys')).to.equal('ready\nbye\n');
    expect(events.map(({ kind }) => kind)).to.not.include('killed');
  });

  it('is stopped by SIGINT unless reported otherwise', async () => {
    await driver.startTask(sandbox.shell('int', 'exec sleep 1000'));
    await driver.stopTask('int');
    expect(await exitOf('int')).to.include({ signal: 2, exitCode: 130 });
  });

  it('is killed with all its processes when it does not obey', async () => {
    const events = recordEvents(driver);
    await driver.startTask(
      sandbox.shell(
        'deaf',
        'trap "" INT; sleep 1000 & (setsid sleep 1000 &) ; echo ready; while :; do sleep 1; done',
      ),
    );
    await until('it is deaf', async () => (await output('deaf')) === 'ready\n');
    const procs = join(driver.inspectTask('deaf').cgroupPaths[0] ?? '', 'cgroup.procs');
    expect((await readFile(procs, 'utf8')).trim().split('\n').length).to.be.greaterThan(2);
    await driver.stopTask('deaf', { timeoutMs: 100 });
    expect(await exitOf('deaf')).to.include({ signal: 9, oomKilled: false });
    await until('all are gone', async () => (await readFile(procs, 'utf8')) === '');
    expect(events.map(({ kind }) => kind)).to.include.members(['stopping', 'killed', 'exited']);
  });

  it('takes its children along when it ends by itself', async () => {
    await driver.startTask(sandbox.shell('parent', '(setsid sleep 1000 &); exit 0'));
    const { cgroupPaths } = driver.inspectTask('parent');
    expect(await exitOf('parent')).to.include({ exitCode: 0 });
    await until(
      'the child is gone',
      async () => (await readFile(join(cgroupPaths[0] ?? '', 'cgroup.procs'), 'utf8')) === '',
    );
  });

  it('is known to have been killed for memory', async function () {
    const script = 'x=a; while :; do x=$x$x; done';
    await driver.startTask(
      sandbox.shell('hog', script, { resources: { memoryLimitBytes: 32 * 1024 * 1024 } }),
    );
    expect(await exitOf('hog')).to.include({ signal: 9, oomKilled: true });
  });

  it('gets signals and says which', async () => {
    const events = recordEvents(driver);
    await driver.startTask(
      sandbox.shell('sig', 'trap "echo hup" HUP; echo ready; while :; do sleep 0.05; done'),
    );
    await until('the trap is set', async () => (await output('sig')) === 'ready\n');
    await driver.signalTask('sig', 'SIGHUP');
    await until('it was heard', async () => (await output('sig')) === 'ready\nhup\n');
    expect(events.at(-1)).to.include({ kind: 'signaled', taskId: 'sig' });
  });

  it('answers an exec with output, exit code and its own environment', async () => {
    await driver.startTask(sandbox.shell('exec', 'sleep 1000', { env: { NAME: 'value' } }));
    const seen = await driver.execTask('exec', [
      '/bin/sh',
      '-c',
      'echo ${NAME} ${OTHER:-none}; echo err >&2; exit 5',
    ]);
    expect(seen).to.include({ exitCode: 5, stdout: 'value none\n', stderr: 'err\n' });
    expect(seen.output).to.have.length(seen.stdout.length + seen.stderr.length);
  });

  it('ends an exec that takes too long', async () => {
    await driver.startTask(sandbox.shell('slow', 'sleep 1000'));
    const error = await expectRktRejection(
      driver.execTask('slow', ['/bin/sleep', '1000'], { timeoutMs: 200 }),
      'RKT_ERR_EXEC_TIMEOUT',
    );
    expect(error.message).to.include('200 ms');
  });

  it('leaves nothing behind when it cannot be launched, and says why', async () => {
    const events = recordEvents(driver);
    const task = sandbox.shell('nope', 'true');
    const start = driver.startTask({ ...task, config: { ...task.config, command: '/bin/nope' } });
    const error = await expectRktRejection(start, 'RKT_ERR_LAUNCH');
    expect(error.message).to.include('/bin/nope');
    expect(await sandbox.leftovers()).to.deep.equal([]);
    expect(events.map(({ kind }) => kind)).to.deep.equal(['prepared', 'failed']);
  });

  it('says why it cannot be launched below a log that is larger than any file that can be read at once', async () => {
    const stderrPath = join(sandbox.base, 'large.log');
    await writeFile(stderrPath, '');
    await truncate(stderrPath, 3 * 2 ** 30);
    const task = sandbox.shell('large', 'true', { stderrPath });
    const start = driver.startTask({ ...task, config: { ...task.config, command: '/bin/nope' } });
    expect((await expectRktRejection(start, 'RKT_ERR_LAUNCH')).message).to.include('/bin/nope');
    await rm(stderrPath);
  });

  it('is not destroyed while it runs, unless by force', async () => {
    await driver.startTask(sandbox.shell('busy', 'sleep 1000'));
    await expectRktRejection(driver.destroyTask('busy'), 'RKT_ERR_TASK_RUNNING');
    await driver.destroyTask('busy', { force: true });
    expect(() => driver.inspectTask('busy')).to.throw('task not found for given id');
  });

  it('reports its metrics until it ends', async () => {
    await driver.startTask(sandbox.shell('burner', 'while :; do :; done'));
    const samples = driver.taskStats('burner', { intervalMs: 200 }).pipe(toArray());
    const all = firstValueFrom(samples);
    await firstValueFrom(driver.allTaskStats({ intervalMs: 500 }).pipe(take(2), toArray()));
    await driver.stopTask('burner', { timeoutMs: 0 });
    const usages = await all;
    expect(usages.length).to.be.greaterThan(1);
    expect(usages[1]?.source).to.match(/^cgroup-v[12]$/);
    expect(usages[1]?.cpu.totalNs).to.be.greaterThan(0);
    expect(usages[1]?.memory.usageBytes).to.be.greaterThan(0);
  });

  it('keeps running when the driver is shut down', async () => {
    const other = sandbox.driver();
    const { handle } = await other.startTask(sandbox.shell('kept', 'sleep 1000'));
    await other.shutdown();
    expect(existsSync(`/proc/${handle.state.process.pid}`)).to.equal(true);
    await driver.recoverTask(handle);
    expect(driver.inspectTask('kept').phase).to.equal('running');
  });

  it('refuses an id that is taken', async () => {
    await driver.startTask(sandbox.shell('twice', 'sleep 1000'));
    await expectRktRejection(driver.startTask(sandbox.shell('twice', 'sleep 1000')), 'RKT_ERR_TASK_EXISTS');
    expect(driver.inspectTask('twice').phase).to.equal('running');
  });

  it('appends to an output file that is there', async () => {
    const log = join(sandbox.base, 'log');
    await writeFile(log, 'before\n');
    await driver.startTask(sandbox.shell('log', 'echo after', { stdoutPath: log }));
    await exitOf('log');
    expect(await readFile(log, 'utf8')).to.equal('before\nafter\n');
  });

  it('runs with the options that the original driver had not', async () => {
    const script = 'echo $(pwd) $(id -G) $A $B';
    const task = sandbox.shell('options', script, {
      ...{ env: { A: 'env' }, deviceEnv: { A: 'device', B: 'device' } },
      resources: { ports: [{ label: 'http', value: 26264, to: 8080, hostIp: '127.0.0.1' }] },
    });
    const lax = sandbox.driver();
    lax.setConfig({ allow_missing_isolation: true });
    const { handle } = await lax.startTask({
      ...task,
      config: {
        ...task.config,
        ...{ stage1: 'coreos.com/rkt/stage1-fly', working_dir: '/bin', supplementary_groups: [100, 1024] },
        ...{ readonly_rootfs: true, cap_retain: ['CAP_KILL'], seccomp: 'mode=remove,errno=EPERM,chmod' },
      },
    });
    expect(await firstValueFrom(lax.waitTask('options'))).to.include({ exitCode: 0 });
    const written = await readFile(lax.inspectTask('options').stdoutPath ?? '', 'utf8');
    expect(written).to.equal('/bin 0 100 1024 env device\n');
    const pod = join(sandbox.options.rktDir, 'pods', 'run', handle.state.podId, 'pod');
    const [app] = (JSON.parse(await readFile(pod, 'utf8')) as { apps: Record<string, unknown>[] }).apps;
    expect(app).to.include({ readOnlyRootFS: true });
    expect(JSON.stringify(app)).to.include('capabilities-retain-set').and.include('seccomp-remove-set');
    await lax.destroyTask('options', { force: true });
    await lax.shutdown();
  });

  it('is refused with isolation that its pod would not have, before anything is made', async () => {
    const runner = createRktRunner({
      binary: await resolveRkt(sandbox.options.rkt),
      dir: sandbox.options.rktDir,
    });
    if (runner.binary.runtime !== 'embedded') return;
    const events = recordEvents(driver);
    const before = await listPods(runner);
    const isolation = [{ net: ['none'] }, { net: ['default'] }, { stage1: 'coreos.com/rkt/stage1-coreos' }];
    for (const config of [...isolation, { hostname: 'a' }, { readonly_rootfs: true }]) {
      const task = sandbox.shell('isolated', 'exit 0');
      const start = driver.startTask({ ...task, config: { ...task.config, ...config } });
      await expectRktRejection(start, 'RKT_ERR_ISOLATION');
    }
    const ports = { resources: { networks: [{ reservedPorts: [{ label: 'http', value: 8_080 }] }] } };
    const task = sandbox.shell('isolated', 'exit 0', ports);
    const start = driver.startTask({ ...task, config: { ...task.config, port_map: { http: 'http' } } });
    await expectRktRejection(start, 'RKT_ERR_NETWORK');
    expect(await listPods(runner)).to.deep.equal(before);
    expect(events.filter(({ taskId }) => taskId === 'isolated')).to.deep.equal([]);
  });

  it('runs without isolation where the operator allows it, and says so', async () => {
    const other = sandbox.driver();
    other.setConfig({ allow_missing_isolation: true });
    const events = recordEvents(other);
    const task = sandbox.shell('lax', 'exit 0');
    await other.startTask({ ...task, config: { ...task.config, net: ['none'], readonly_rootfs: true } });
    const prepared = events.find(({ kind }) => kind === 'prepared');
    expect(prepared?.annotations).to.include({ without_effect: 'net, readonly_rootfs' });
    expect(prepared?.message).to.contain('without effect in it: net, readonly_rootfs');
    await other.destroyTask('lax', { force: true });
    await other.shutdown();
  });

  it('is resolved as its group is, and warned that fly gives it no name of its own', async () => {
    const dns = { servers: ['10.0.0.2'], searches: ['svc.example'], options: ['ndots:2'] };
    const task = sandbox.shell('dns', 'while read l; do echo $l; done </etc/resolv.conf', { dns });
    const lax = sandbox.driver();
    lax.setConfig({ allow_missing_isolation: true });
    await lax.startTask({ ...task, config: { ...task.config, hostname: 'web-1' } });
    expect(await firstValueFrom(lax.waitTask('dns'))).to.include({ exitCode: 0 });
    const text = await readFile(lax.inspectTask('dns').stdoutPath ?? '', 'utf8');
    expect(text).to.include('nameserver 10.0.0.2').and.include('search svc.example').and.include('ndots:2');
    expect(text).to.include('hostname not supported');
    await lax.destroyTask('dns', { force: true });
    await lax.shutdown();
  });

  it('leaves its pod to rkt, and takes its image along, as the configuration says', async () => {
    const runner = createRktRunner({
      binary: await resolveRkt(sandbox.options.rkt),
      dir: sandbox.options.rktDir,
    });
    const other = sandbox.driver();
    other.setConfig({ gc: { pod: false } });
    const { handle } = await other.startTask(sandbox.shell('stays', 'exit 0'));
    await firstValueFrom(other.waitTask('stays'));
    await other.destroyTask('stays', { force: true });
    expect((await listPods(runner)).map(({ name }) => name)).to.deep.equal([handle.state.podId]);
    await removePod(runner, handle.state.podId);

    other.setConfig({ gc: { image: true, image_delay: '0' } });
    await other.startTask(sandbox.shell('last', 'exit 0'));
    await firstValueFrom(other.waitTask('last'));
    await other.destroyTask('last', { force: true });
    // A real rkt keeps its stage1 there as well.
    const isOurs = ({ name }: { readonly name: string }): boolean => name.startsWith('test.local/');
    await until('the image is gone', async () => !(await listImages(runner)).some(isOurs));
    await until('rkt has ended', async () => (await sandbox.leftovers()).length === 0);
  });
});
