import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect } from 'chai';
import fc from 'fast-check';

import { cgroupName } from '../../../src/sources/cgroup/manager/cgroup-name.ts';
import { detectCgroups } from '../../../src/sources/cgroup/cgroups.ts';
import { weightOfShares } from '../../../src/sources/cgroup/manager/limits.ts';
import { cgroupFixture, type CgroupFixture } from '../../support/cgroup-fixture.ts';
import { expectRktRejection } from '../../support/errors.ts';

const MEMORY = {
  rssBytes: 31_457_280,
  cacheBytes: 18_874_368,
  mappedFileBytes: 4_194_304,
  swapBytes: 1_048_576,
  usageBytes: 52_428_800,
  maxUsageBytes: 62_914_560,
  kernelUsageBytes: 2_097_152,
  workingSetBytes: 44_040_192,
  limitBytes: 268_435_456,
};
const V1_FAULTS = { pageFaults: 9_023, majorPageFaults: 12 };
const THROTTLED = { periods: 120, throttledPeriods: 7, throttledNs: 350_000_000 };
const V1_CPU = { totalNs: 1_234_567_890, userNs: 950_000_000, systemNs: 280_000_000, ...THROTTLED };

describe('detectCgroups', () => {
  const fixtures: CgroupFixture[] = [];
  const fixture = (name: 'v1' | 'v2' | 'hybrid'): CgroupFixture => {
    const made = cgroupFixture(name);
    fixtures.push(made);
    return made;
  };
  afterEach(() => fixtures.splice(0).forEach((each) => each.remove()));

  it('distinguishes v1, v2 and hybrid machines', async () => {
    expect((await fixture('v1').detect()).version).to.equal('v1');
    expect((await fixture('v2').detect()).version).to.equal('v2');
    expect((await fixture('hybrid').detect()).version).to.equal('v1');
  });

  it('finds none where nothing is mounted', async () => {
    const cgroups = await detectCgroups({ root: '/nowhere', procRoot: '/nowhere' });
    expect(cgroups.version).to.equal('none');
    expect(await cgroups.ofProcess(1)).to.deep.equal([]);
    await expectRktRejection(cgroups.create('x', {}), 'RKT_ERR_CGROUP');
  });

  it('finds the directories of a process in each hierarchy', async () => {
    const { root, detect } = fixture('v1');
    const cgroups = await detect();
    const names = ['cpu,cpuacct', 'memory', 'pids', 'freezer', 'blkio'];
    expect(await cgroups.ofProcess(4242)).to.deep.equal(
      names.map((name) => `${root}/${name}/rkt-streams/web`),
    );
    expect(await cgroups.ofProcess(4_999_999)).to.deep.equal([]);
  });

  it('reads a v1 task, leaving out what an old kernel does not report', async () => {
    const cgroups = await fixture('v1').detect();
    const reading = await cgroups.open(await cgroups.ofProcess(4242)).read();
    expect(reading).to.deep.equal({
      version: 'v1',
      cpu: V1_CPU,
      memory: { ...MEMORY, ...V1_FAULTS, kernelMaxUsageBytes: 2_621_440 },
    });
  });

  it('reads a hybrid task by its v1 files', async () => {
    const cgroups = await fixture('hybrid').detect();
    const cgroup = cgroups.open(await cgroups.ofProcess(4242));
    expect(await cgroup.read()).to.deep.equal({
      version: 'v1',
      cpu: V1_CPU,
      memory: { ...MEMORY, ...V1_FAULTS, kernelMaxUsageBytes: 2_621_440, oomKills: 3, limitHits: 41 },
    });
    expect(cgroup.oomKills()).to.equal(3);
  });

  it('fills in from v2 what a hybrid task lacks in v1', async () => {
    const { root, detect } = fixture('hybrid');
    rmSync(`${root}/cpuacct/rkt-streams/web/cpuacct.usage`);
    const cgroups = await detect();
    const { cpu } = await cgroups.open(await cgroups.ofProcess(4242)).read();
    expect(cpu).to.deep.equal({ ...V1_CPU, totalNs: 1_234_000_000 });
  });

  it('reads a v2 task', async () => {
    const cgroups = await fixture('v2').detect();
    const cgroup = cgroups.open(await cgroups.ofProcess(4242));
    expect(await cgroup.read()).to.deep.equal({
      version: 'v2',
      cpu: { totalNs: 1_234_567_000, userNs: 950_001_000, systemNs: 284_566_000, ...THROTTLED },
      memory: { ...MEMORY, oomKills: 3, limitHits: 41 },
    });
    expect(await cgroup.pids()).to.deep.equal([4242, 4243]);
  });

  it('reads a v2 task of an older kernel without limit, and never a working set below 0', async () => {
    const { root, detect } = fixture('v2');
    const { memory } = await (await detect()).open([`${root}/rkt-streams/old`]).read();
    expect(memory).to.deep.equal({
      rssBytes: 1_024,
      cacheBytes: 2_048,
      mappedFileBytes: 0,
      usageBytes: 4_096,
      workingSetBytes: 0,
      oomKills: 0,
      limitHits: 0,
    });
  });

  it('says where a line is wrong', async () => {
    const { root, detect } = fixture('v2');
    writeFileSync(`${root}/rkt-streams/web/memory.current`, 'plenty\n');
    const cgroup = (await detect()).open([`${root}/rkt-streams/web`]);
    const error = await expectRktRejection(cgroup.read(), 'RKT_ERR_CGROUP_PARSE');
    expect(error.message).to.contain(`${root}/rkt-streams/web/memory.current`).and.to.contain('"plenty"');
  });

  it('takes the root of a hierarchy for no one’s cgroup', async () => {
    const { root, detect } = fixture('v1');
    const cgroup = (await detect()).open([`${root}/memory`, `${root}/cpu,cpuacct`]);
    expect(cgroup.paths).to.deep.equal([]);
    await expectRktRejection(cgroup.read(), 'RKT_ERR_CGROUP');
  });

  it('refuses to kill in a cgroup with process 1', async () => {
    const { root, detect } = fixture('v2');
    writeFileSync(`${root}/rkt-streams/web/cgroup.procs`, '1\n');
    const cgroup = (await detect()).open([`${root}/rkt-streams/web`]);
    const error = await expectRktRejection(cgroup.kill(), 'RKT_ERR_CGROUP');
    expect(error.message).to.contain('Refused');
  });

  it('makes a v2 cgroup with the controllers enabled from the top, and its limits', async () => {
    const { root, detect } = fixture('v2');
    const cgroup = await (await detect('a/b')).create('new', { memoryLimitBytes: 8_192, cpuShares: 1_024 });
    expect(cgroup.paths).to.deep.equal([`${root}/a/b/new`]);
    expect(cgroup.procsFiles).to.deep.equal([`${root}/a/b/new/cgroup.procs`]);
    expect(readFileSync(`${root}/a/b/new/memory.max`, 'utf8')).to.equal('8192');
    expect(readFileSync(`${root}/a/b/new/cpu.weight`, 'utf8')).to.equal('39');
    for (const directory of ['', 'a', 'a/b']) {
      expect(readFileSync(join(root, directory, 'cgroup.subtree_control'), 'utf8')).to.match(/^\+/);
    }
  });

  it('makes a v1 cgroup once in each hierarchy', async () => {
    const { root, detect } = fixture('v1');
    const cgroup = await (await detect()).create('new', { memoryLimitBytes: 8_192, cpuShares: 300 });
    expect(cgroup.paths).to.have.lengthOf(5).and.to.include(`${root}/cpu,cpuacct/rkt-streams/new`);
    expect(readFileSync(`${root}/cpu,cpuacct/rkt-streams/new/cpu.shares`, 'utf8')).to.equal('300');
    expect(readFileSync(`${root}/memory/rkt-streams/new/memory.limit_in_bytes`, 'utf8')).to.equal('8192');
  });

  it('makes a v1 cgroup in the hierarchy of cpuset only when it is pinned, with what the ones above have', async () => {
    const { root, detect } = fixture('v1');
    mkdirSync(`${root}/cpuset`, { recursive: true });
    writeFileSync(`${root}/cpuset/cpuset.cpus`, '0-3\n');
    writeFileSync(`${root}/cpuset/cpuset.mems`, '0\n');
    const cgroups = await detect('a/b');
    const { paths } = await cgroups.create('pinned', { cpusetCpus: '1,3' });
    expect(paths).to.include(`${root}/cpuset/a/b/pinned`);
    expect(cgroups.pathsFor('pinned', { cpusetCpus: '1,3' })).to.deep.equal(paths);
    const text = (path: string): string => readFileSync(`${root}/cpuset/${path}`, 'utf8').trim();
    expect(['a', 'a/b', 'a/b/pinned'].map((path) => text(`${path}/cpuset.cpus`))).to.deep.equal([
      '0-3',
      '0-3',
      '1,3',
    ]);
    expect(text('a/b/pinned/cpuset.mems')).to.equal('0');
  });

  it('refuses to pin where no hierarchy can', async () => {
    const { root, detect } = fixture('v2');
    writeFileSync(`${root}/cgroup.controllers`, 'cpu memory\n');
    const error = await expectRktRejection(
      (await detect()).create('new', { cpusetCpus: '0' }),
      'RKT_ERR_CGROUP',
    );
    expect(error.message).to.contain('no writable hierarchy has the cpuset controller');
    expect(existsSync(`${root}/rkt-streams/new`)).to.equal(false);
  });

  it('reports the directories of a cgroup before they are made', async () => {
    const { root, detect } = fixture('v1');
    const cgroups = await detect();
    const planned = cgroups.pathsFor('a b', {});
    expect(existsSync(planned[0] ?? root)).to.equal(false);
    expect((await cgroups.create('a b', {})).paths).to.deep.equal(planned);
  });

  it('lists the cgroups below the parent, each once', async () => {
    const cgroups = await fixture('v1').detect();
    const { paths } = await cgroups.create('one', {});
    await cgroups.create('two', {});
    const listed = cgroups.list();
    expect(listed.map(({ name }) => name).sort()).to.deep.equal(['one', 'two', 'web']);
    expect(listed.find(({ name }) => name === 'one')?.paths).to.deep.equal(paths);
  });

  it('undoes everything when one hierarchy refuses', async () => {
    const { root, detect } = fixture('v1');
    writeFileSync(`${root}/pids/blocked`, 'no directory');
    await expectRktRejection((await detect('blocked')).create('new', {}), 'RKT_ERR_CGROUP');
    for (const name of ['cpu,cpuacct', 'memory', 'freezer', 'blkio']) {
      expect(existsSync(`${root}/${name}/blocked`), name).to.equal(false);
    }
    expect(existsSync(`${root}/pids/blocked`)).to.equal(true);
  });

  it('refuses a limit that no hierarchy can hold', async () => {
    const { root, detect } = fixture('v2');
    writeFileSync(`${root}/cgroup.controllers`, 'cpu pids\n');
    const made = (await detect()).create('new', { memoryLimitBytes: 8_192 });
    const error = await expectRktRejection(made, 'RKT_ERR_CGROUP');
    expect(error.message).to.contain('memory controller');
    expect(existsSync(`${root}/rkt-streams/new`)).to.equal(false);
  });

  it('passes nothing on through a v2 cgroup that holds processes, and names it when a limit needs it', async () => {
    const { root, detect } = fixture('v2');
    writeFileSync(`${root}/rkt-streams/cgroup.type`, 'domain\n');
    writeFileSync(`${root}/rkt-streams/cgroup.procs`, '77\n');
    writeFileSync(`${root}/rkt-streams/cgroup.subtree_control`, '');
    const cgroups = await detect();
    await cgroups.create('plain', {});
    const error = await expectRktRejection(cgroups.create('new', { cpuShares: 2 }), 'RKT_ERR_CGROUP');
    expect(error.message).to.contain(`${root}/rkt-streams cannot pass on cpu because it holds processes`);
    expect(readFileSync(`${root}/rkt-streams/cgroup.subtree_control`, 'utf8')).to.equal('');
  });

  it('says which v2 cgroup is not given a controller that a limit needs', async () => {
    const { root, detect } = fixture('v2');
    writeFileSync(`${root}/rkt-streams/cgroup.controllers`, 'cpu pids\n');
    writeFileSync(`${root}/rkt-streams/cgroup.subtree_control`, '');
    const made = (await detect()).create('new', { memoryLimitBytes: 8_192 });
    const error = await expectRktRejection(made, 'RKT_ERR_CGROUP');
    expect(error.message).to.contain(`${root}/rkt-streams is not given the controller memory`);
  });

  it('takes nothing away but the directory itself below a foreign parent', async () => {
    const { root, detect } = fixture('v2');
    const cgroup = (await detect('other')).open([`${root}/rkt-streams`]);
    await expectRktRejection(cgroup.remove(), 'RKT_ERR_CGROUP');
    expect(existsSync(`${root}/rkt-streams/web`)).to.equal(true);
  });
});

describe('cgroupName', () => {
  it('keeps a safe name', () => {
    expect(cgroupName('web-1.2_3')).to.equal('web-1.2_3');
  });

  it('makes one safe path component of any text, the same each time', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const name = cgroupName(text);
        expect(name).to.match(/^[A-Za-z0-9_@:-][A-Za-z0-9_.@:-]{0,99}$/);
        expect(cgroupName(name)).to.equal(name);
      }),
    );
  });

  it('distinguishes texts that are equal after cleaning', () => {
    expect(cgroupName('a/b')).to.not.equal(cgroupName('a b'));
  });

  it('stays away from the names of the kernel’s files', () => {
    expect(cgroupName('memory.max')).to.match(/^task-memory-max-/);
    expect(cgroupName('..')).to.match(/^task-/);
  });
});

describe('weightOfShares', () => {
  it('maps the ends of the two scales onto each other', () => {
    expect([2, 1_024, 262_144].map(weightOfShares)).to.deep.equal([1, 39, 10_000]);
  });
});
