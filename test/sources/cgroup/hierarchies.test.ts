import { expect } from 'chai';
import fc from 'fast-check';

import { directoryOf, parseCgroupMounts } from '../../../src/sources/cgroup/hierarchies.ts';

const V2 = { version: 'v2', controllers: [], mountPoint: '/sys/fs/cgroup', mountRoot: '/' } as const;
const MEMORY = {
  version: 'v1',
  controllers: ['memory'],
  mountPoint: '/sys/fs/cgroup/memory',
  mountRoot: '/',
} as const;

describe('parseCgroupMounts', () => {
  it('finds the v1 controllers that share a mount', () => {
    const line = '33 31 0:30 / /sys/fs/cgroup/cpu,cpuacct rw shared:9 - cgroup cgroup rw,cpuacct,cpu';
    expect(parseCgroupMounts(line)).to.deep.equal([
      {
        version: 'v1',
        controllers: ['cpuacct', 'cpu'],
        mountPoint: '/sys/fs/cgroup/cpu,cpuacct',
        mountRoot: '/',
      },
    ]);
  });

  it('leaves out named hierarchies and controllers that report nothing of a task', () => {
    const lines = [
      '1 0 0:1 / /c/systemd rw - cgroup cgroup rw,xattr,name=systemd',
      '2 0 0:2 / /c/net_cls rw - cgroup cgroup rw,net_cls',
      '3 0 0:3 / / rw - ext4 /dev/vda1 rw',
    ];
    expect(parseCgroupMounts(lines.join('\n'))).to.deep.equal([]);
  });

  it('undoes the escapes of paths', () => {
    const [mount] = parseCgroupMounts('1 0 0:1 /a\\040b /c\\134d rw - cgroup2 cgroup2 rw');
    expect(mount).to.include({ mountRoot: '/a b', mountPoint: '/c\\d' });
  });

  it('takes a hierarchy that is mounted twice once', () => {
    const lines = ['1 0 0:1 / /a rw - cgroup2 x rw', '2 0 0:1 / /b rw - cgroup2 x rw'];
    expect(parseCgroupMounts(lines.join('\n')).map(({ mountPoint }) => mountPoint)).to.deep.equal(['/a']);
  });

  it('takes the last of several mounts on one mount point', () => {
    const lines = ['1 0 0:1 /x /a rw - cgroup2 x rw', '2 0 0:1 /y /a rw - cgroup2 x rw'];
    expect(parseCgroupMounts(lines.join('\n')).map(({ mountRoot }) => mountRoot)).to.deep.equal(['/y']);
  });

  it('throws for no text', () => {
    fc.assert(fc.property(fc.string(), (text) => Array.isArray(parseCgroupMounts(text))));
  });
});

describe('directoryOf', () => {
  it('finds the v2 cgroup beside v1 ones', () => {
    expect(directoryOf(V2, '3:memory:/a\n0::/b/c\n')).to.equal('/sys/fs/cgroup/b/c');
  });

  it('finds a v1 cgroup by any of its controllers', () => {
    expect(directoryOf(MEMORY, '0::/\n3:blkio,memory:/a:b\n')).to.equal('/sys/fs/cgroup/memory/a:b');
  });

  it('follows a mount that shows a part of the hierarchy only', () => {
    const mount = { ...MEMORY, mountRoot: '/docker/abc' };
    expect(directoryOf(mount, '3:memory:/docker/abc/web\n')).to.equal('/sys/fs/cgroup/memory/web');
    expect(directoryOf(mount, '3:memory:/docker/abc\n')).to.equal('/sys/fs/cgroup/memory');
  });

  it('knows no directory for a process outside of what is mounted', () => {
    expect(directoryOf({ ...MEMORY, mountRoot: '/docker/abc' }, '3:memory:/other\n')).to.equal(undefined);
    expect(directoryOf(V2, '0::/../sibling\n')).to.equal(undefined);
    expect(directoryOf(V2, '')).to.equal(undefined);
  });
});
