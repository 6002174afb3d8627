import { existsSync } from 'node:fs';
import { mkdir, readFile, readlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect } from 'chai';
import { filter, firstValueFrom } from 'rxjs';

import type { Driver, TaskSpecInput } from '../../src/index.ts';
import { taskFiles } from '../../src/ops/task-files.ts';
import { expectRktRejection } from '../support/errors.ts';
import { describeRuntimes } from '../support/oci-runtimes.ts';
import { ociTask, useOciSandbox } from '../support/oci-sandbox.ts';
import { recordEvents, type Sandbox } from '../support/sandbox.ts';
import { until } from '../support/until.ts';

const FOREVER = 'while :; do sleep 1; done';
const FACTS =
  'grep -E "^(CapEff|CapBnd|NoNewPrivs|Seccomp):" /proc/self/status; id; readlink /proc/self/ns/net';

describeRuntimes('a task of the stage1 oci', function (runtime) {
  this.timeout(60_000);
  let sandbox: Sandbox;
  let driver: Driver;

  useOciSandbox((opened) => ({ sandbox, driver } = opened));

  const exitOf = (id: string) => firstValueFrom(driver.waitTask(id));
  const output = async (id: string) => readFile(driver.inspectTask(id).stdoutPath ?? '', 'utf8');
  const task = (
    id: string,
    script: string,
    config: object = {},
    more: Partial<TaskSpecInput> = {},
  ): TaskSpecInput => ociTask(sandbox, id, script, { ...more, config });

  it('runs, ends with its exit code and is destroyed', async () => {
    const events = recordEvents(driver);
    await driver.startTask(task('one', 'echo out; echo err >&2; exit 3'));
    expect(await exitOf('one')).to.include({ exitCode: 3, oomKilled: false, source: 'exit-file' });
    expect(await output('one')).to.equal('out\n');
    expect(await readFile(driver.inspectTask('one').stderrPath ?? '', 'utf8')).to.match(/(?:^|\n)err\n$/);
    await driver.destroyTask('one');
    expect(events.map(({ kind }) => kind)).to.deep.equal(['prepared', 'started', 'exited', 'destroyed']);
  });

  it('has the isolation that fly refuses', async () => {
    const isolation = {
      ...{ hostname: 'web-1', readonly_rootfs: true, cap_retain: ['CAP_KILL'] },
      seccomp: 'mode=remove,errno=EPERM,chmod',
    };
    const script =
      'cat /proc/sys/kernel/hostname; touch /x 2>/dev/null || echo read-only; grep CapEff /proc/self/status; ' +
      'chmod 700 /dev/shm 2>/dev/null || echo no chmod';
    await expectRktRejection(
      driver.startTask(task('isolated', script, { ...isolation, stage1: 'fly', net: ['host'] })),
      'RKT_ERR_ISOLATION',
    );
    await driver.startTask(task('isolated', script, isolation));
    expect(await exitOf('isolated')).to.include({ exitCode: 0 });
    expect(await output('isolated')).to.equal('web-1\nread-only\nCapEff:\t0000000000000020\nno chmod\n');
  });

  it('is in its own cgroup, and what waits for it is not', async () => {
    const resources = { memoryLimitBytes: 64 * 1024 * 1024 };
    const { handle } = await driver.startTask(task('cgroup', FOREVER, {}, { resources }));
    const { pid } = handle.state.process;
    const { cgroupPaths } = driver.inspectTask('cgroup');
    const pids = (await readFile(join(cgroupPaths[0] ?? '', 'cgroup.procs'), 'utf8'))
      .trim()
      .split('\n')
      .map(Number);
    expect(pids).to.include(pid);
    expect(pids).to.not.include(await runtimeOf(pid));
    const sample = await firstValueFrom(
      driver.taskStats('cgroup').pipe(filter(({ memory }) => (memory.usageBytes ?? 0) > 0)),
    );
    expect(sample.memory.usageBytes).to.be.lessThan(resources.memoryLimitBytes);
  });

  it('is known to have been killed for memory', async () => {
    const script = 'x=a; while :; do x=$x$x; done';
    await driver.startTask(task('hog', script, {}, { resources: { memoryLimitBytes: 32 * 1024 * 1024 } }));
    expect(await exitOf('hog')).to.include({ signal: 9, oomKilled: true });
  });

  it('gets signals, and is stopped by one that it has no handler for', async () => {
    await driver.startTask(task('signals', 'trap "echo usr1" USR1; echo ready; while :; do sleep 0.1; done'));
    await until('the trap is set', async () => (await output('signals')) === 'ready\n');
    await driver.signalTask('signals', 'SIGUSR1');
    await until('the signal has come', async () => (await output('signals')) === 'ready\nusr1\n');
    await driver.startTask(task('sleep', 'exec sleep 1000'));
    await driver.stopTask('sleep', { timeoutMs: 30_000, signal: 'SIGTERM' });
    expect(await exitOf('sleep')).to.include({ signal: 15 });
  });

  it('gets the signals that an init stops at or keeps for itself', async () => {
    const script =
      'for s in ABRT TRAP USR2; do trap "echo $s" $s; done; echo ready; while :; do sleep 0.1; done';
    const { handle } = await driver.startTask(task('all-signals', script));
    await until('the traps are set', async () => (await output('all-signals')) === 'ready\n');
    let expected = 'ready\n';
    for (const name of ['ABRT', 'TRAP', 'USR2']) {
      await driver.signalTask('all-signals', `SIG${name}`);
      expected += `${name}\n`;
      await until(`SIG${name} has come`, async () => (await output('all-signals')) === expected);
    }
    const { pid } = handle.state.process;
    const app = (await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')).trim().split(' ')[0] ?? '';
    const stateOf = async (id: string) =>
      /^State:\s+(\S)/m.exec(await readFile(`/proc/${id}/status`, 'utf8'))?.[1];
    await driver.signalTask('all-signals', 'SIGSTOP');
    await until('the app is stopped', async () => (await stateOf(app)) === 'T');
    expect(await stateOf(String(pid))).to.not.equal('T');
    await driver.signalTask('all-signals', 'SIGCONT');
    await until('the app goes on', async () => (await stateOf(app)) !== 'T');
  });

  it('ends by the signal of a stop while it is stopped', async () => {
    await driver.startTask(
      task('halted', 'trap "echo bye; exit 5" TERM; echo ready; while :; do sleep 0.1; done'),
    );
    await until('the trap is set', async () => (await output('halted')) === 'ready\n');
    await driver.signalTask('halted', 'SIGSTOP');
    await driver.stopTask('halted', { timeoutMs: 30_000, signal: 'SIGTERM' });
    expect(await exitOf('halted')).to.include({ exitCode: 5 });
    expect(await output('halted')).to.equal('ready\nbye\n');
  });

  it('executes commands with the restrictions of its app', async () => {
    await driver.startTask(task('exec', `${FACTS}; ${FOREVER}`, {}, { user: '1000' }));
    await until('the facts are there', async () => (await output('exec')).includes('net:'));
    const own = await output('exec');
    expect(await driver.execTask('exec', ['sh', '-c', `${FACTS}; exit 9`])).to.include({
      exitCode: 9,
      stdout: own,
    });
    expect(await driver.execTask('exec', ['nothing'])).to.include({ exitCode: 127 });
    expect(await driver.execTask('exec', ['/etc'])).to.include({ exitCode: 126 });
    const { cgroupPaths } = driver.inspectTask('exec');
    const procs = await readFile(join(cgroupPaths[0] ?? '', 'cgroup.procs'), 'utf8');
    expect(procs.trim().split('\n').length).to.be.at.least(2);
  });

  it('mounts the volumes of a task', async () => {
    const allocDir = join(sandbox.base, 'alloc');
    for (const dir of ['alloc', 'v/local', 'v/secrets', 'data'])
      await mkdir(join(allocDir, dir), { recursive: true });
    await writeFile(join(allocDir, 'data/in'), 'in\n');
    const script = 'cat /data/in; echo a >/alloc/a; echo b >/local/b';
    await driver.startTask(task('v', script, { volumes: ['data:/data:readOnly'] }, { allocDir }));
    expect(await exitOf('v')).to.include({ exitCode: 0 });
    expect(await output('v')).to.equal('in\n');
    expect(await readFile(join(allocDir, 'v/local/b'), 'utf8')).to.equal('b\n');
  });

  it('ends, with all that it started, when the runtime that waits for it is killed', async () => {
    const { handle } = await driver.startTask(task('orphan', `sleep 1000 & ${FOREVER}`));
    const { pid } = handle.state.process;
    const { cgroupPaths } = driver.inspectTask('orphan');
    process.kill(await runtimeOf(pid), 'SIGKILL');
    expect(await exitOf('orphan')).to.include({ signal: 9 });
    const procs = join(cgroupPaths[0] ?? '', 'cgroup.procs');
    await until('nothing survives', async () => !existsSync(procs) || (await readFile(procs, 'utf8')) === '');
    await until('the app is gone', () => !existsSync(`/proc/${pid}/exe`));
  });

  it('is recovered by another driver', async () => {
    const earlier = sandbox.driver();
    earlier.setConfig({ stage1: 'oci' });
    const { handle } = await earlier.startTask(
      task('kept', 'while [ ! -e /tmp/end ]; do sleep 0.1; done; exit 4'),
    );
    await earlier.shutdown();
    await driver.recoverTask(handle);
    expect(driver.inspectTask('kept').phase).to.equal('running');
    expect(await driver.execTask('kept', ['touch', '/tmp/end'])).to.include({ exitCode: 0 });
    expect(await exitOf('kept')).to.include({ exitCode: 4, source: 'exit-file' });
    expect(taskFiles(sandbox.options.dataDir, handle.state.startToken).directory).to.be.a('string');
  });

  it('says what the runtime says of a pod that it could not start', async () => {
    const start = driver.startTask(task('bad', 'true', { net: ['bogus'] }));
    const error = await expectRktRejection(start, 'RKT_ERR_LAUNCH');
    expect(error.message).to.include('bogus');
  });

  /** What waits for the pod is the parent of its first process; with runc once that has ended. */
  async function runtimeOf(pid: number): Promise<number> {
    let parent = '';
    await until(`the parent runs ${runtime}`, async () => {
      parent = /^PPid:\s+(\d+)$/m.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1] ?? '';
      const [program = ''] = (await readFile(`/proc/${parent}/cmdline`, 'utf8')).split('\0');
      return program.endsWith(runtime === 'crun' ? '/crun' : '/perl');
    });
    expect(await readlink(`/proc/${pid}/ns/pid`)).to.not.equal(await readlink(`/proc/${parent}/ns/pid`));
    return Number(parent);
  }
});
