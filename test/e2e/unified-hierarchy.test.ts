import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect } from 'chai';

import type { RootfsFile } from '../../src/embedded/aci/rootfs-file.ts';
import { compiledFiles, hostFiles, projectFiles } from '../support/guest-files.ts';
import { buildImage } from '../support/images.ts';
import { writeInitramfs } from '../support/initramfs.ts';
import { requires, skipFor } from '../support/requirements.ts';
import type { UnifiedFacts } from '../support/unified-facts.ts';
import { boot, emulator, fetchKernel, NoMachine, vethModule } from '../support/virtual-machine.ts';

const MIB = 1024 * 1024;
const BOOT_DEADLINE_MS = 700_000;
const SUITE = 'test/sources/cgroup/real-cgroups.test';
const SOURCES = [
  ...[
    'columns',
    'errors',
    'host-program',
    'real-cgroups',
    'requirements',
    'unified-child',
    'unified-oci',
    'unified-shapes',
    'until',
  ].map((name) => `test/support/${name}.ts`),
  `${SUITE}.ts`,
];
const LIMITS = { memory: String(32 * MIB), swap: '0', weight: '20' };
/** A runtime cannot pivot away from the kernel's first file system itself, but from a mount on top of it. */
const INIT = `#!/bin/sh
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
mkdir /root
mount --bind / /root
cd /root
mount --move . /
exec chroot . /bin/sh /start
`;
const START = `
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev
mkdir /dev/pts
mount -t devpts devpts /dev/pts
mount -t tmpfs tmpfs /tmp
mount -t cgroup2 cgroup2 /sys/fs/cgroup
cd /tmp
[ ! -e /veth.ko ] || busybox insmod /veth.ko
node /project/test/support/unified-child.js /image.aci /project/${SUITE}.js
echo b >/proc/sysrq-trigger
sleep 60
`;

describe('a driver on a machine with a unified hierarchy alone', function () {
  this.timeout(BOOT_DEADLINE_MS + 60_000);
  let facts: UnifiedFacts;

  before(async function () {
    requires(this, 'qemu', 'busybox', 'crun', 'runc', 'catatonit', 'cni');
    const directory = await mkdtemp(join(tmpdir(), 'rkt-streams-machine-'));
    try {
      facts = await factsOfMachine(directory);
    } catch (error) {
      if (!(error instanceof NoMachine)) throw error;
      skipFor(this, 'kernel', error.message);
    } finally {
      await rm(directory, { recursive: true });
    }
  });

  it('finds v2, from a cgroup of its own', () => {
    expect(facts.version).to.equal('v2');
    expect(facts.own).to.equal('0::/system.slice/agent.service');
  });

  it('puts a task into one cgroup with its limits', () => {
    const { directories, limits, isIn } = facts.limited;
    expect(directories).to.have.lengthOf(1);
    expect(directories[0]).to.match(/^\/sys\/fs\/cgroup\/rkt-streams\/limited-[0-9a-f-]{36,}$/);
    expect(limits).to.deep.equal({ ...LIMITS, memory: String(64 * MIB) });
    expect(isIn).to.equal(true);
  });

  it('pins a task to its cores', () => {
    expect(facts.limited.allowedCpus).to.equal('1');
  });

  it('measures a task by the files of v2, and goes on counting when another driver takes over', () => {
    const { usage, recovered } = facts.limited;
    expect(usage.source).to.equal('cgroup-v2');
    expect(usage.memory).to.include({ limitBytes: 64 * MIB, oomKills: 0 });
    for (const field of ['usageBytes', 'rssBytes', 'workingSetBytes', 'maxUsageBytes'] as const) {
      expect(usage.memory[field], field).to.be.within(1, 64 * MIB);
    }
    for (const field of ['totalNs', 'userNs', 'systemNs', 'percent'] as const) {
      expect(usage.cpu[field], field).to.be.above(0);
    }
    expect(usage.cpu).to.include({ throttledPeriods: 0, throttledNs: 0 });
    expect(recovered.source).to.equal('cgroup-v2');
    expect(recovered.cpu.totalNs).to.be.above(usage.cpu.totalNs ?? Infinity);
  });

  it('reads the metrics that the files of v2 hold', () => {
    const { values, files } = facts.reading;
    const valueOf = (file: string, key: string): number =>
      Number(new RegExp(`^${key}[ =](\\d+)$`, 'm').exec(files[file] ?? '')?.[1]);
    expect(values).to.include({
      totalNs: valueOf('cpu.stat', 'usage_usec') * 1_000,
      userNs: valueOf('cpu.stat', 'user_usec') * 1_000,
      systemNs: valueOf('cpu.stat', 'system_usec') * 1_000,
      limitBytes: 32 * MIB,
      oomKills: 0,
      pidsCurrent: 1,
    });
    // The kernel brings these up to date in steps, also while nothing runs.
    expect(values['usageBytes']).to.be.closeTo(Number(files['memory.current']), MIB);
    const keys = { rssBytes: 'anon', cacheBytes: 'file', kernelUsageBytes: 'kernel' } as const;
    for (const [value, key] of Object.entries(keys)) {
      expect(values[value], value).to.be.closeTo(valueOf('memory.stat', key), MIB);
    }
    expect(values['cacheBytes']).to.be.above(5 * MIB);
    // No block device is there to be read from.
    expect(files['io.stat']).to.equal('');
    expect(values).to.include({ readBytes: 0, writeBytes: 0 });
    expect(files['memory.pressure']).to.contain('total=');
    expect(values['memoryPressure'], 'average over 10 s').to.be.within(0, 100);
  });

  it('runs commands in the cgroup of a task, and below it when the task has moved there', () => {
    const { directories, entered, enteredBelow } = facts.limited;
    const path = directories[0]?.replace('/sys/fs/cgroup', '');
    expect(entered).to.equal(path);
    expect(enteredBelow).to.equal(`${path}/inner`);
  });

  it('kills a whole tree, and leaves no cgroup of a destroyed task', () => {
    const { exit, pids, aliveAfterKill, isThere } = facts.limited;
    expect(exit).to.include({ exitCode: 137, signal: 9, oomKilled: false, source: 'exit-file' });
    expect(pids.length).to.be.at.least(3);
    expect(aliveAfterKill).to.deep.equal([]);
    expect(isThere).to.equal(false);
    expect(facts.left).to.deep.equal([]);
  });

  it('sees the OOM killer at work', () => {
    const { exit, events, isThere } = facts.starved;
    expect(exit).to.include({ exitCode: 137, signal: 9, oomKilled: true });
    expect(events).to.match(/^oom_kill 1$/m);
    expect(isThere).to.equal(false);
  });

  for (const runtime of ['oci', 'runc'] as const)
    it(`runs the life of a pod of the stage1 oci${runtime === 'runc' ? ' with runc' : ''}: limits, metrics, commands, end, removal`, () => {
      const { limits, isIn, isRuntimeIn, source, memory, seen, entered, exit, isThere } = facts[runtime];
      expect(limits).to.deep.equal({ ...LIMITS, memory: String(64 * MIB) });
      expect({ isIn, isRuntimeIn }).to.deep.equal({ isIn: true, isRuntimeIn: false });
      expect(source).to.equal('cgroup-v2');
      expect(memory.limitBytes).to.equal(64 * MIB);
      expect(memory.usageBytes).to.be.within(1, 64 * MIB);
      // In a cgroup namespace whose root is the cgroup of the task.
      expect(seen).to.equal('0::/\nCapEff:\t00000000800405fb\nSeccomp:\t2\nSeccomp_filters:\t1\n');
      expect(entered).to.equal(seen);
      expect(exit).to.include({ signal: 15, oomKilled: false, source: 'exit-file' });
      expect(isThere).to.equal(false);
    });

  it('sees the OOM killer at work in a pod of the stage1 oci', () => {
    for (const { starvedExit } of [facts.oci, facts.runc])
      expect(starvedExit).to.include({ exitCode: 137, signal: 9, oomKilled: true });
  });

  it('runs a pod of two apps of the stage1 oci', () => {
    const { exitCode, output, exits, stderr } = facts.several;
    expect(stderr).to.equal('networking: networking namespace with loopback only\n');
    expect({ exitCode, exits }).to.deep.equal({ exitCode: 4, exits: ['app-a=0', 'app-b=4'] });
    expect(output).to.equal('0::/\n');
  });

  it('runs a pod with a network of CNI plugins, that answers and leaves no link', function () {
    if (facts.networked === undefined)
      skipFor(this, 'kernel', 'the named kernel comes without virtual Ethernet devices');
    const { ip, answer, whileRunning, afterwards } = facts.networked;
    expect(ip).to.match(/^172\.31\.\d+\.\d+$/);
    expect({ answer, whileRunning, afterwards }).to.deep.equal({
      answer: 'hello\n',
      whileRunning: 1,
      afterwards: 0,
    });
  });

  it('makes cgroups where nothing passes on controllers yet', () => {
    const directory = '/sys/fs/cgroup/rkt-streams/attempt';
    expect(facts.shapes.bareRoot).to.deep.equal({ directory, limits: LIMITS, joined: true });
  });

  it('makes cgroups without limits below one that holds processes, and says why limits cannot be had', () => {
    const { limited, plain, passesOn } = facts.shapes.populated;
    expect(limited.error).to.contain(
      'agent.service cannot pass on cpu and memory because it holds processes',
    );
    expect(plain).to.include({ joined: true });
    expect(passesOn).to.equal('');
  });

  it('refuses to make a cgroup that no process could join', () => {
    expect(facts.shapes.threaded.error).to.contain('no process could join it');
  });

  it('makes cgroups as a user beside the own one, where that was handed over', () => {
    const directory = '/sys/fs/cgroup/user.slice/app.slice/rkt-streams/attempt';
    expect(facts.shapes.delegated).to.deep.equal({ directory, limits: LIMITS, joined: true });
  });

  it('kills what forks all the time on kernels without cgroup.kill', () => {
    expect(facts.shapes.survivors).to.deep.equal([]);
  });

  it('passes the tests of real cgroups there as well', () => {
    expect(facts.suite.failed).to.deep.equal([]);
    expect(facts.suite.passed.length).to.be.at.least(10);
  });
});

/** Boots a machine made of this one's programs and the build, and waits for what it reports. */
async function factsOfMachine(directory: string): Promise<UnifiedFacts> {
  emulator();
  if (!existsSync('dist/index.js')) throw new NoMachine('the project is not built');
  const kernel = await fetchKernel(directory);
  const veth = await vethModule(directory);
  const image = await buildImage(join(directory, 'image'), { name: 'test.local/shell' });
  const initramfs = join(directory, 'initramfs');
  const emptyDirs = ['dev', 'proc', 'sys', 'tmp'];
  await writeInitramfs(initramfs, [
    ...emptyDirs.map((path): RootfsFile => ({ path, type: 'directory' })),
    ...hostFiles(),
    ...projectFiles(['chai', 'mocha']),
    ...compiledFiles(SOURCES),
    ...(veth === undefined ? [] : [{ path: 'veth.ko', type: 'file', source: veth } as const]),
    { path: 'image.aci', type: 'file', source: image },
    { path: 'init', type: 'file', mode: 0o755, content: INIT },
    { path: 'start', type: 'file', content: START },
  ]);
  const lines = await boot({ kernel, initramfs }, BOOT_DEADLINE_MS);
  const reported = lines.find((line) => line.startsWith('{"version"'));
  if (reported === undefined)
    throw new Error(`the machine reported nothing:\n${lines.slice(-30).join('\n')}`);
  return JSON.parse(reported) as UnifiedFacts;
}
