import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { expect } from 'chai';

import type { Cgroups } from '../../../src/sources/cgroup/cgroups.ts';
import type { TaskCgroup } from '../../../src/sources/cgroup/task-cgroup.ts';
import { expectRktRejection } from '../../support/errors.ts';
import { realCgroups, startIn } from '../../support/real-cgroups.ts';
import { skipFor } from '../../support/requirements.ts';
import { until } from '../../support/until.ts';

const MIB = 1024 * 1024;

describe('the cgroups of this machine', () => {
  let cgroups: Cgroups;
  let cgroup: TaskCgroup;
  const children: ChildProcess[] = [];
  const start = async (script: string): Promise<ChildProcess> => {
    const child = await startIn(cgroup, script);
    children.push(child);
    return child;
  };
  const ended = async (child: ChildProcess): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  };

  beforeEach(async function () {
    cgroups = await realCgroups(this);
    cgroup = await cgroups.create('task', { memoryLimitBytes: 32 * MIB, cpuShares: 512 });
  });
  afterEach(async () => {
    if (cgroups.version === 'none') return;
    await cgroup.kill();
    await Promise.all(children.splice(0).map(ended));
    await cgroup.remove();
    for (const path of cgroup.paths) expect(existsSync(dirname(path)), path).to.equal(false);
  });

  it('holds the processes that join it', async () => {
    const child = await start('exec sleep 1000');
    expect(await cgroup.pids()).to.deep.equal([child.pid]);
    expect(await cgroups.ofProcess(child.pid ?? 0)).to.include.members(cgroup.paths);
  });

  it('counts CPU time and memory, and knows its limit', async () => {
    await start('while :; do :; done');
    await until('CPU time is counted', async () => ((await cgroup.read()).cpu.totalNs ?? 0) > 20_000_000);
    const { memory } = await cgroup.read();
    expect(memory.limitBytes).to.equal(32 * MIB);
    expect(memory.usageBytes).to.be.above(0);
    expect(memory.workingSetBytes).to.be.above(0);
  });

  it('pins the processes to cores, and says which the cgroup above does not have', async () => {
    const pinned = await cgroups.create('pinned', { cpusetCpus: '0', cpusetMems: '0' });
    const child = await startIn(pinned, 'exec sleep 1000');
    children.push(child);
    const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
    expect(status)
      .to.match(/^Cpus_allowed_list:\t0$/m)
      .and.to.match(/^Mems_allowed_list:\t0$/m);
    const error = await expectRktRejection(cgroups.create('much', { cpusetCpus: '0,77' }), 'RKT_ERR_CGROUP');
    expect(error.message).to.contain('cpusetCpus 0,77: ').and.to.contain(' has no core 77, only 0');
    expect(cgroups.list().map(({ name }) => name)).to.not.include('much');
    await pinned.kill();
    await ended(child);
    await pinned.remove();
  });

  it('limits CPU time, and keeps memory for the task', async () => {
    const limits = { cpuQuotaUs: 30_000, cpuPeriodUs: 60_000, memoryReservationBytes: 8 * MIB };
    const limited = await cgroups.create('limited', limits);
    const { cpu, memory } = await limited.read();
    expect(cpu).to.include({ quotaNs: 30_000_000, periodNs: 60_000_000 });
    expect(memory.reservationBytes).to.equal(8 * MIB);
    await limited.remove();
  });

  it('counts the processes that the kernel killed for memory', async () => {
    expect(cgroup.oomKills()).to.equal(0);
    // A single process: of several the kernel may take more than one.
    await ended(await start('exec dd if=/dev/zero of=/dev/null bs=200M count=1'));
    expect(cgroup.oomKills()).to.equal(1);
  });

  it('sends a signal to every process', async () => {
    const child = await start('trap "exit 7" USR1; sleep 1000 & while :; do wait; done');
    await until('the child is there', async () => (await cgroup.pids()).length === 2);
    await cgroup.kill('SIGUSR1');
    await ended(child);
    expect(child.exitCode).to.equal(7);
  });

  for (const [how, keep] of [
    ['with all hierarchies', () => true],
    ['with v1 alone', (path: string) => !existsSync(join(path, 'cgroup.kill'))],
  ] as const) {
    it(`kills processes that keep forking, ${how}`, async function () {
      const part = cgroups.open(cgroup.paths.filter(keep));
      if (part.paths.length === 0) skipFor(this, 'cgroup-v1', 'there is no hierarchy of v1');
      await start(
        'trap "" TERM; while :; do sh -c "trap : TERM; sleep 1000 & sleep 1000" & sleep 0.01; done',
      );
      await until('many processes are there', async () => (await part.pids()).length > 10);
      await part.kill();
      expect(await part.pids()).to.deep.equal([]);
    });
  }

  it('kills processes in the cgroups below, and removes those', async () => {
    const inner = cgroup.paths.map((path) => join(path, 'inner'));
    for (const path of inner) mkdirSync(path);
    const child = await start('exec sleep 1000');
    for (const path of inner) writeFileSync(join(path, 'cgroup.procs'), String(child.pid));
    expect(await cgroup.pids()).to.deep.equal([child.pid]);
    await cgroup.kill();
    expect(await cgroup.pids()).to.deep.equal([]);
  });

  it('is not removed while a process lives in it', async () => {
    await start('exec sleep 1000');
    await expectRktRejection(cgroup.remove(), 'RKT_ERR_CGROUP');
  });

  it('is made anew when an empty one of its name is left over', async () => {
    const child = await start('exit 0');
    await ended(child);
    const again = await cgroups.create('task', {});
    expect(again.paths).to.deep.equal(cgroup.paths);
    expect((await again.read()).memory.limitBytes).to.equal(undefined);
  });

  it('is not made when one of its name has processes', async () => {
    const child = await start('exec sleep 1000');
    await expectRktRejection(cgroups.create('task', {}), 'RKT_ERR_CGROUP');
    expect(await cgroup.pids()).to.deep.equal([child.pid]);
  });

  it('refuses to kill the process that asks', async () => {
    const harmless = (paths: readonly string[]): string =>
      paths.find((path) => path.includes('/pids')) ?? paths[0] ?? '';
    const own = harmless(await cgroups.ofProcess(process.pid));
    const place = harmless(cgroup.paths);
    writeFileSync(join(place, 'cgroup.procs'), String(process.pid));
    try {
      await expectRktRejection(cgroup.kill(), 'RKT_ERR_CGROUP');
    } finally {
      writeFileSync(join(own, 'cgroup.procs'), String(process.pid));
    }
  });

  it('goes away from under each other’s parent without harm', async () => {
    const rounds = Array.from({ length: 4 }, async (_, index) => {
      for (let round = 0; round < 10; round += 1) {
        const other = await cgroups.create(`other-${index}`, { memoryLimitBytes: 8 * MIB });
        await other.remove();
      }
    });
    await Promise.all(rounds);
    expect(await cgroup.pids()).to.deep.equal([]);
  });
});
