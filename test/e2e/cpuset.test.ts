import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect } from 'chai';
import { firstValueFrom } from 'rxjs';

import { RktError, type Driver } from '../../src/index.ts';
import { onlineCores } from '../../src/sources/online.ts';
import { expectRktRejection } from '../support/errors.ts';
import { requires, skipFor } from '../support/requirements.ts';
import { openSandbox, type Sandbox } from '../support/sandbox.ts';

/** Which CPUs a process may run on, by the kernel's own word. */
async function allowedCpus(pid: number | undefined): Promise<string | undefined> {
  return /^Cpus_allowed_list:\t(.*)$/m.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1];
}

describe('a task that is pinned to cores', function () {
  let sandbox: Sandbox;
  let driver: Driver;

  before(async function () {
    requires(this, 'cores');
    sandbox = await openSandbox(this);
    driver = sandbox.driver();
  });
  afterEach(async () => {
    await driver.destroyTask('pinned', { force: true }).catch((error: unknown) => {
      if (!(error instanceof RktError && error.code === 'RKT_ERR_TASK_NOT_FOUND')) throw error;
    });
    expect(await sandbox.leftovers()).to.deep.equal([]);
  });
  after(() => sandbox.close());

  it('runs on them alone with all it starts, is executed in there, and stays there under another driver', async () => {
    const task = sandbox.shell('pinned', 'sleep 1000 & wait', { resources: { cpusetCpus: '1' } });
    const { handle } = await driver.startTask(task);
    const { pid, cpusetCpus, cgroupPaths } = driver.inspectTask('pinned');
    expect(cpusetCpus).to.equal('1');
    expect(await allowedCpus(pid)).to.equal('1');
    const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
    for (const child of children.trim().split(' ').filter(Boolean)) {
      expect(await allowedCpus(Number(child))).to.equal('1');
    }
    const { output } = await driver.execTask('pinned', ['/bin/sh', '-c', 'cat /proc/self/status']);
    expect(output).to.match(/^Cpus_allowed_list:\t1$/m);

    await driver.shutdown();
    driver = sandbox.driver();
    await driver.recoverTask(handle);
    expect(driver.inspectTask('pinned').cpusetCpus).to.equal('1');
    const again = await driver.execTask('pinned', ['/bin/sh', '-c', 'cat /proc/self/status']);
    expect(again.output).to.match(/^Cpus_allowed_list:\t1$/m);
    await driver.destroyTask('pinned', { force: true });
    expect(cgroupPaths.filter((path) => existsSync(path))).to.deep.equal([]);
  });

  it('leaves the hierarchy of cpuset alone when it is not', async () => {
    await driver.startTask(sandbox.shell('pinned', 'exec sleep 1000'));
    const { pid, cgroupPaths, cpusetCpus } = driver.inspectTask('pinned');
    expect(cpusetCpus).to.equal(undefined);
    expect(await allowedCpus(pid)).to.equal(await allowedCpus(process.pid));
    expect(cgroupPaths.filter((path) => path.includes('/cpuset/'))).to.deep.equal([]);
  });

  it('gets all of its cores from a driver that has fewer, and so does a command', async () => {
    const status = ['/bin/sh', '-c', 'cat /proc/self/status'];
    const before = await allowedCpus(process.pid);
    const affinity = (cpus: string): void => {
      for (const thread of readdirSync('/proc/self/task')) {
        spawnSync('taskset', ['-pc', cpus, thread]);
      }
    };
    affinity('0');
    try {
      await driver.startTask(
        sandbox.shell('pinned', 'exec sleep 1000', { resources: { cpusetCpus: '0-1' } }),
      );
      expect(await allowedCpus(driver.inspectTask('pinned').pid)).to.equal('0-1');
      expect((await driver.execTask('pinned', status)).output).to.match(/^Cpus_allowed_list:\t0-1$/m);
    } finally {
      affinity(before ?? '0-1');
    }
  });

  describe('in a pool of cores that others maintain', () => {
    const root = '/sys/fs/cgroup/cpuset';
    const pool = join(root, `rkt-streams-test-pool-${process.pid}`);
    before(function () {
      if (!existsSync(join(root, 'cpuset.cpus'))) skipFor(this, 'cores', 'needs the cpuset controller of v1');
      mkdirSync(pool);
      writeFileSync(join(pool, 'cpuset.cpus'), '1');
      writeFileSync(join(pool, 'cpuset.mems'), readFileSync(join(root, 'cpuset.mems'), 'utf8'));
    });
    after(() => {
      if (existsSync(pool)) rmdirSync(pool);
    });

    it('runs on these cores, as they change, and so does a command', async () => {
      const resources = { cpusetCgroup: pool };
      await driver.startTask(sandbox.shell('pinned', 'exec sleep 1000', { resources }));
      const { pid, cgroupPaths } = driver.inspectTask('pinned');
      expect(await allowedCpus(pid)).to.equal('1');
      expect(cgroupPaths).to.not.include(pool);
      const status = ['/bin/sh', '-c', 'cat /proc/self/status'];
      expect((await driver.execTask('pinned', status)).output).to.match(/^Cpus_allowed_list:\t1$/m);
      writeFileSync(join(pool, 'cpuset.cpus'), '0');
      expect(await allowedCpus(pid)).to.equal('0');
    });

    it('is refused where the pool does not exist', async () => {
      const resources = { cpusetCgroup: join(root, 'rkt-streams-test-none') };
      const start = driver.startTask(sandbox.shell('pinned', 'exec sleep 1000', { resources }));
      const { message } = await expectRktRejection(start, 'RKT_ERR_CGROUP');
      expect(message).to.contain('rkt-streams-test-none');
    });

    it('has its own cores where it has some', async () => {
      const resources = { cpusetCpus: '0', cpusetCgroup: pool };
      writeFileSync(join(pool, 'cpuset.cpus'), '1');
      await driver.startTask(sandbox.shell('pinned', 'exec sleep 1000', { resources }));
      expect(await allowedCpus(driver.inspectTask('pinned').pid)).to.equal('0');
    });
  });

  it('has its quota of CPU time, and is throttled beyond', async () => {
    const resources = { cpuQuotaUs: 20_000, cpuPeriodUs: 50_000 };
    await driver.startTask(sandbox.shell('pinned', 'while :; do :; done', { resources }));
    const { cgroupPaths } = driver.inspectTask('pinned');
    const quota = join(cgroupPaths.find((path) => existsSync(join(path, 'cpu.cfs_quota_us'))) ?? '');
    if (quota !== '') {
      expect(await readFile(join(quota, 'cpu.cfs_quota_us'), 'utf8')).to.equal('20000\n');
    }
    const { cpu } = await firstValueFrom(driver.taskStats('pinned'));
    expect(cpu).to.include({ quotaNs: 20_000_000, periodNs: 50_000_000 });
  });

  it('is refused, before anything is made, when a core is not online', async () => {
    const error = await expectRktRejection(
      driver.startTask(sandbox.shell('pinned', 'true', { resources: { cpusetCpus: '0,8000-8001' } })),
      'RKT_ERR_TASK_CONFIG',
    );
    expect(error.message).to.contain(
      `task.resources.cpusetCpus: this machine has no cores 8000, 8001 online; choose from ${onlineCores()} (got "0,8000-8001")`,
    );
  });
});
