import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect } from 'chai';
import fc from 'fast-check';

import { mountsBelow, parseMounts } from '../../src/sources/mounts.ts';

const TABLE = `22 28 0:20 / /sys rw,nosuid shared:7 - sysfs sysfs rw
90 28 0:5 /dev /data/pods/run/a/stage1/rootfs/dev rw - devtmpfs udev rw,size=4k
91 90 0:4 net:[4026532290] /data/pods/run/a/netns rw shared:1 master:2 - nsfs nsfs rw
92 28 0:40 / /data/pods/run/ab rw - tmpfs a\\040b rw
93 28 0:41 / /data/with\\040space\\134x rw - tmpfs none rw
`;

describe('the mount table', () => {
  it('is read with type and place, names with spaces included', () => {
    expect(parseMounts(TABLE).map(({ mountPoint, fsType }) => `${mountPoint} ${fsType}`)).to.deep.equal([
      '/sys sysfs',
      '/data/pods/run/a/stage1/rootfs/dev devtmpfs',
      '/data/pods/run/a/netns nsfs',
      '/data/pods/run/ab tmpfs',
      '/data/with space\\x tmpfs',
    ]);
  });

  it('reports what is at or below a directory, the latest first', () => {
    const proc = mkdtempSync(join(tmpdir(), 'rkt-streams-mounts-'));
    try {
      mkdirSync(join(proc, 'self'));
      writeFileSync(join(proc, 'self/mountinfo'), TABLE);
      const below = (path: string) => mountsBelow(path, proc).map(({ mountPoint }) => mountPoint);
      expect(below('/data/pods/run/a')).to.deep.equal([
        '/data/pods/run/a/netns',
        '/data/pods/run/a/stage1/rootfs/dev',
      ]);
      expect(below('/sys')).to.deep.equal(['/sys']);
      expect(below('/nowhere')).to.deep.equal([]);
    } finally {
      rmSync(proc, { recursive: true });
    }
  });

  it('holds garbage without complaint', () => {
    fc.assert(fc.property(fc.string(), (text) => void parseMounts(text)));
  });
});
