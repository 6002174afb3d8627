import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect } from 'chai';

import { groupMask, maskGroups } from '../../../../src/model/field-groups.ts';
import type { CgroupReader } from '../../../../src/sources/cgroup/readers/cgroup-reader.ts';
import type { OpenCgroup } from '../../../../src/sources/cgroup/readers/open-cgroup.ts';
import { cgroupFixture, type CgroupFixture } from '../../../support/cgroup-fixture.ts';
import { COLUMNS, type ColumnName } from '../../../support/columns.ts';

const lines = (read: number, write: number): string =>
  `8:0 Read ${read}\n8:0 Write ${write}\n8:0 Sync ${read}\n8:0 Async ${write}\n8:0 Total ${read + write}\nTotal ${read + write}\n`;

describe('block I/O of a v1 cgroup', () => {
  let fixture: CgroupFixture;
  let reader: CgroupReader;
  let cgroup: OpenCgroup;
  let directory: string;
  beforeEach(async () => {
    fixture = cgroupFixture('v1');
    directory = join(fixture.root, 'blkio/rkt-streams/web');
    mkdirSync(directory, { recursive: true });
    const cgroups = await fixture.detect();
    reader = cgroups.reader({ gate: true, maxStaleMs: 10_000, descriptorBudget: 100 });
    cgroup = reader.open([directory]);
  });
  afterEach(() => {
    reader.close(cgroup);
    fixture.remove();
  });
  const put = (prefix: string, suffix: string, [read, write]: readonly [number, number]): void => {
    writeFileSync(join(directory, `${prefix}.io_service_bytes${suffix}`), lines(read, write));
    writeFileSync(join(directory, `${prefix}.io_serviced${suffix}`), lines(read / 512, write / 512));
  };
  const values = (): readonly (number | undefined)[] | undefined => {
    const fresh = maskGroups(reader.read(cgroup, groupMask(['io']), 0, 2_000));
    if (!fresh.includes('io')) return undefined;
    const names: readonly ColumnName[] = ['readBytes', 'writeBytes', 'readOps', 'writeOps'];
    return names.map((name) => cgroup.row.page[cgroup.row.base + COLUMNS[name]]);
  };

  for (const [what, prefix, suffix] of [
    ['BFQ', 'blkio.bfq', '_recursive'],
    ['CFQ', 'blkio', '_recursive'],
    ['throttling', 'blkio.throttle', '_recursive'],
    ['throttling before Linux 4.16', 'blkio.throttle', ''],
  ] as const) {
    it(`is what ${what} counts, where there is only that`, () => {
      put(prefix, suffix, [4_096, 512]);
      expect(values()).to.deep.equal([4_096, 512, 8, 1]);
    });
  }

  it('is what the scheduler counts, where it has counted anything', () => {
    put('blkio.throttle', '', [512, 512]);
    put('blkio.throttle', '_recursive', [1_024, 2_048]);
    put('blkio', '_recursive', [4_096, 512]);
    expect(values()).to.deep.equal([4_096, 512, 8, 1]);
  });

  it('is what throttling counts, where no device has that scheduler', () => {
    put('blkio.throttle', '_recursive', [1_024, 2_048]);
    put('blkio.bfq', '_recursive', [0, 0]);
    writeFileSync(join(directory, 'blkio.io_service_bytes_recursive'), 'Total 0\n');
    writeFileSync(join(directory, 'blkio.io_serviced_recursive'), '');
    expect(values()).to.deep.equal([1_024, 2_048, 2, 4]);
  });

  it('never changes its source, so that a counter does not go back', () => {
    put('blkio.throttle', '_recursive', [1_024, 2_048]);
    put('blkio.bfq', '_recursive', [0, 0]);
    values();
    put('blkio.bfq', '_recursive', [512, 0]);
    put('blkio.throttle', '_recursive', [1_536, 2_048]);
    expect(values()).to.deep.equal([1_536, 2_048, 3, 4]);
  });

  it('is 0 while nothing was read or written, and absent without any file', () => {
    put('blkio.throttle', '_recursive', [0, 0]);
    expect(values()).to.deep.equal([0, 0, 0, 0]);
    rmSync(directory, { recursive: true });
    mkdirSync(directory);
    const empty = reader.open([directory]);
    expect(reader.read(empty, groupMask(['io']), 0, 2_000)).to.equal(0);
    reader.close(empty);
  });

  it('is read from two files, where throttling counts for the cgroups below as well', () => {
    put('blkio.throttle', '_recursive', [512, 512]);
    put('blkio.throttle', '', [512, 512]);
    values();
    const before = reader.stats.fileReads;
    values();
    expect(reader.stats.fileReads - before).to.equal(2);
  });
});
