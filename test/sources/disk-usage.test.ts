import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect } from 'chai';

import { createDiskUsage, type DiskSpace } from '../../src/sources/disk-usage.ts';
import { until } from '../support/until.ts';

describe('the disk usage of a directory', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'rkt-streams-disk-'));
    mkdirSync(join(directory, 'deep'));
    writeFileSync(join(directory, 'deep', 'file'), Buffer.alloc(1_000_000, 1));
  });
  afterEach(() => {
    rmSync(directory, { recursive: true });
  });
  const measured = async (usage: ReturnType<typeof createDiskUsage>, nowMs = 0): Promise<DiskSpace> => {
    await until('it was measured', () => usage.latest(directory, nowMs) !== undefined);
    return usage.latest(directory, nowMs)!;
  };

  it('is measured with its file system', async () => {
    const usage = createDiskUsage();
    expect(usage.latest(directory, 0)).to.equal(undefined);
    const { usageBytes, limitBytes, inodes = 1, inodesFree = 1 } = await measured(usage);
    expect(usageBytes).to.be.within(1_000_000, 1_100_000);
    expect(limitBytes).to.be.above(usageBytes);
    expect(inodesFree).to.be.within(1, inodes);
  });

  it('is kept until it is due, and absent when the directory is gone then', async () => {
    const usage = createDiskUsage({ everyMs: 1_000 });
    const first = await measured(usage);
    rmSync(join(directory, 'deep'), { recursive: true });
    expect(usage.latest(directory, 999)).to.equal(first);
    usage.latest(directory, 1_000);
    await until('it was measured again', () => usage.latest(directory, 1_500) !== first);
    expect(usage.latest(directory, 1_500)?.usageBytes).to.be.below(100_000);
    usage.latest(`${directory}/gone`, 0);
    usage.latest(directory, 2_500);
    await until('all were measured', () => usage.latest(directory, 2_600)?.usageBytes !== undefined);
    expect(usage.latest(`${directory}/gone`, 1)).to.equal(undefined);
  });

  it('is measured of one directory at a time, and of none that was forgotten', async () => {
    const begun: string[] = [];
    const ends: (() => void)[] = [];
    const measure = async (path: string): Promise<DiskSpace> => {
      begun.push(path);
      await new Promise<void>((resolve) => ends.push(resolve));
      return { usageBytes: 1, limitBytes: 2 };
    };
    const usage = createDiskUsage({ measure });
    for (const path of ['a', 'a', 'b', 'c']) usage.latest(path, 0);
    await until('the first has begun', () => begun.length === 1);
    usage.forget('b');
    ends.shift()?.();
    await until('the third has begun', () => begun.length === 2);
    expect(begun).to.deep.equal(['a', 'c']);
    ends.shift()?.();
    await until('it was measured', () => usage.latest('c', 0) !== undefined);
  });
});
