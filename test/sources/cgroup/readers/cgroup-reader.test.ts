import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect } from 'chai';

import { FIELD_GROUPS, groupMask, maskGroups, type FieldGroup } from '../../../../src/model/field-groups.ts';
import type { CgroupReader } from '../../../../src/sources/cgroup/readers/cgroup-reader.ts';
import { NARROW_ROW_LENGTH, WIDE_GROUPS } from '../../../../src/sources/cgroup/readers/cgroup-row.ts';
import { usageOf, type OpenCgroup } from '../../../../src/sources/cgroup/readers/open-cgroup.ts';

import { cgroupFixture, type CgroupFixture } from '../../../support/cgroup-fixture.ts';
import { expectRktError } from '../../../support/errors.ts';
import { realCgroups } from '../../../support/real-cgroups.ts';
import { COLUMNS, type ColumnName } from '../../../support/columns.ts';

const SIX: readonly FieldGroup[] = ['cpu', 'throttling', 'memory', 'memoryDetail'];

describe('CgroupReader', () => {
  let fixture: CgroupFixture;
  let reader: CgroupReader;
  let cgroup: OpenCgroup;
  let web: (controller: string, file: string) => string;
  const setUp = async (name: 'v1' | 'v2' | 'hybrid', options = {}): Promise<void> => {
    fixture = cgroupFixture(name);
    const cgroups = await fixture.detect();
    reader = cgroups.reader({ gate: true, maxStaleMs: 10_000, descriptorBudget: 100, ...options });
    cgroup = reader.open(await cgroups.ofProcess(4242));
    web = (controller, file) => join(fixture.root, controller, 'rkt-streams/web', file);
  };
  afterEach(() => {
    reader.close(cgroup);
    fixture.remove();
  });
  /** Looks; gives the fresh groups, and how many files were read and how many left alone. */
  const look = (groups: readonly FieldGroup[], nowMs: number): readonly [string, number, number] => {
    const before = reader.stats;
    const fresh = reader.read(cgroup, groupMask(groups), nowMs, 2_000);
    const { fileReads, staleReads } = reader.stats;
    return [maskGroups(fresh).join(' '), fileReads - before.fileReads, staleReads - before.staleReads];
  };
  const value = (name: ColumnName): number | undefined => cgroup.row.page[cgroup.row.base + COLUMNS[name]];

  it('reads the six files of v1, and then only the two that would report of a change', async () => {
    await setUp('v1');
    expect(look(SIX, 0)).to.deep.equal(['cpu throttling memory memoryDetail', 6, 0]);
    expect(look(SIX, 1)).to.deep.equal(['cpu throttling memory', 2, 4]);
    expect(look(SIX, 2)).to.deep.equal(['cpu throttling memory', 2, 4]);
  });

  for (const [controller, file] of [
    ['cpu,cpuacct', 'cpuacct.usage'],
    ['memory', 'memory.usage_in_bytes'],
  ] as const) {
    it(`reads everything again when ${file} has moved`, async () => {
      await setUp('v1');
      look(SIX, 0);
      writeFileSync(web(controller, file), '9999999999\n');
      writeFileSync(web('memory', 'memory.stat'), 'total_rss 5\n');
      expect(look(SIX, 1)).to.deep.equal(['cpu throttling memory memoryDetail', 6, 0]);
      expect(value('rssBytes')).to.equal(5);
      expect(look(SIX, 2)).to.deep.equal(['cpu throttling memory', 2, 4]);
    });
  }

  it('reads again, at the latest when it is too old, what others may have moved', async () => {
    await setUp('v1');
    look(SIX, 0);
    writeFileSync(web('memory', 'memory.stat'), 'total_rss 7\n');
    const reads = Array.from({ length: 21 }, (_, second) => look(SIX, second * 1_000)[1]);
    expect(reads.filter((count) => count === 3)).to.have.lengthOf(2);
    expect(reads.filter((count) => count === 2)).to.have.lengthOf(19);
    expect(value('rssBytes')).to.equal(7);
  });

  it('does not let cgroups that were opened together come of age together', async () => {
    await setUp('v2');
    const others = Array.from({ length: 10 }, () => reader.open(cgroup.paths));
    const groups = groupMask(SIX);
    for (const other of others) reader.read(other, groups, 0, 0);
    const ages = others.map((other) =>
      Array.from({ length: 10 }, (_, second) => second + 1).find((second) => {
        const before = reader.stats.fileReads;
        reader.read(other, groups, second * 1_000, 0);
        return reader.stats.fileReads - before > 2;
      }),
    );
    expect(new Set(ages).size).to.be.at.least(6);
    for (const other of others) reader.close(other);
  });

  it('reads everything every time without the gate', async () => {
    await setUp('v1', { gate: false });
    for (const nowMs of [0, 1, 2]) {
      expect(look(SIX, nowMs)).to.deep.equal(['cpu throttling memory memoryDetail', 6, 0]);
    }
  });

  it('takes a clock that was put back for age', async () => {
    await setUp('v1');
    look(SIX, 1_000_000);
    expect(look(SIX, 0)[1]).to.equal(3);
  });

  for (const [groups, files] of [
    [['cpu'], 2],
    [['throttling'], 1],
    [['memory'], 2],
    [['memoryDetail'], 2],
    [['kernelMemory'], 2],
    [['limits'], 2],
    [['cpu', 'memory'], 4],
  ] as const) {
    it(`reads ${files} files of v1 for ${groups.join(' and ')}`, async () => {
      await setUp('v1');
      expect(look(groups, 0)[1]).to.equal(files);
    });
  }

  it('reports nothing of groups that the kernel does not count', async () => {
    await setUp('v1');
    expect(look(['pids', 'io'], 0)).to.deep.equal(['', 0, 0]);
    expect(look(['cpu', 'io'], 0)[0]).to.equal('cpu');
  });

  it('reads v2 by its own files, and those of io, pids and pressure when asked', async () => {
    await setUp('v2');
    writeFileSync(
      join(fixture.root, 'rkt-streams/web/cpu.pressure'),
      'some avg10=1.50 avg60=0.00 avg300=0.00 total=8\n',
    );
    expect(look(SIX, 0)[0]).to.equal('cpu throttling memory memoryDetail');
    expect(look(['pressure'], 1)).to.deep.equal(['pressure', 1, 0]);
    expect(value('cpuPressure')).to.equal(1.5);
    expect(value('totalNs')).to.equal(1_234_567_000);
  });

  it('gives a row the columns of other groups when they are asked for, and keeps the others', async () => {
    await setUp('v2');
    look(SIX, 0);
    const other = reader.open(cgroup.paths);
    reader.read(other, groupMask(SIX), 0, 0);
    const narrow = usageOf(cgroup.row);
    writeFileSync(join(fixture.root, 'rkt-streams/web/pids.current'), '7\n');
    expect(look(['pids'], 1)[0]).to.equal('pids');
    expect(value('pidsCurrent')).to.equal(7);
    expect([usageOf(cgroup.row), usageOf(other.row)]).to.deep.equal([narrow, narrow]);
    reader.close(other);
  });

  for (const name of ['v1', 'v2', 'hybrid'] as const) {
    it(`fills no column beyond a narrow row for groups that have none there, ${name}`, async () => {
      await setUp(name);
      const narrow = cgroup.layout.files.filter(({ groups }) => (groups & WIDE_GROUPS) === 0);
      expect(narrow).not.to.have.lengthOf(0);
      expect(Math.max(...narrow.flatMap(({ places }) => places))).to.be.below(NARROW_ROW_LENGTH);
    });
  }

  it('reads no file of v2 that v1 makes superfluous', async () => {
    await setUp('hybrid');
    look(SIX, 0);
    const v2 = cgroup.layout.files.filter(({ version }) => version === 'v2');
    expect(v2.map(({ name }) => name)).to.include('cpu.stat');
    expect(v2.every(({ slot }) => cgroup.slots[cgroup.firstSlot + slot] === 0)).to.equal(true);
  });

  it('reads a group at once that is asked for later, though nothing has moved', async () => {
    await setUp('v1');
    look(['cpu', 'memory'], 0);
    look(['cpu', 'memory'], 1);
    expect(look(SIX, 2)[0]).to.equal('cpu throttling memory memoryDetail');
    expect(value('rssBytes')).to.equal(31_457_280);
  });

  it('says where it looked when nothing is there, and holds nothing open', async () => {
    await setUp('v1');
    look(SIX, 0);
    expect(reader.stats.descriptors.open).to.equal(6);
    rmSync(fixture.root, { recursive: true });
    mkdirSync(fixture.root);
    const { paths } = cgroup;
    reader.close(cgroup);
    cgroup = reader.open(paths);
    const error = expectRktError(() => look(SIX, 1), 'RKT_ERR_CGROUP');
    expect(error.message).to.contain('rkt-streams/web');
    expect(reader.stats.descriptors.open).to.equal(0);
  });

  it('finds files whose directory was made after the first reading', async () => {
    await setUp('v1');
    const memory = join(fixture.root, 'memory/rkt-streams/web');
    renameSync(memory, `${memory}-later`);
    expect(look(SIX, 0)[0]).to.equal('cpu throttling');
    renameSync(`${memory}-later`, memory);
    expect(look(SIX, 1)[0]).to.equal('cpu throttling memory memoryDetail');
  });

  it('begins without metrics in a row that another cgroup had', async () => {
    await setUp('v1');
    look(SIX, 0);
    reader.close(cgroup);
    cgroup = reader.open(cgroup.paths);
    expect(value('totalNs')).to.deep.equal(NaN);
  });
});

describe('CgroupReader on this machine', () => {
  it('closes all it holds in the moment the cgroup is gone', async function () {
    const cgroups = await realCgroups(this);
    const cgroup = await cgroups.create('gone', {});
    const reader = cgroups.reader({ gate: true, maxStaleMs: 10_000, descriptorBudget: 100 });
    const opened = reader.open(cgroup.paths);
    const groups = groupMask(FIELD_GROUPS);
    try {
      const fresh = maskGroups(reader.read(opened, groups, 0, 0));
      expect(fresh).to.include.members(['cpu', 'memory']);
      expect(reader.stats.descriptors.open).to.be.above(4);
    } finally {
      await cgroup.remove();
    }
    expectRktError(() => reader.read(opened, groups, 1, 0), 'RKT_ERR_CGROUP');
    expect(reader.stats.descriptors.open).to.equal(0);
    expectRktError(() => reader.read(opened, groups, 2, 0), 'RKT_ERR_CGROUP');
    expect(reader.stats.descriptors.open).to.equal(0);
  });
});
