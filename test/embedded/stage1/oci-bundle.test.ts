import { readFileSync } from 'node:fs';

import { expect } from 'chai';

import type { ManifestIsolator } from '../../../src/embedded/manifest/manifest-types.ts';
import { appSeccomp } from '../../../src/embedded/stage1/oci/app-seccomp.ts';
import { appCapabilities, capabilitySets } from '../../../src/embedded/stage1/oci/capability-sets.ts';
import { hostProfile } from '../../../src/embedded/stage1/oci/host-seccomp.ts';
import { ociBundle, type BundleOrder } from '../../../src/embedded/stage1/oci/oci-bundle.ts';
import { isolatorLimits, limitedCgroups } from '../../../src/embedded/stage1/oci/oci-limits.ts';
import { podMounts, volumeMount } from '../../../src/embedded/stage1/oci/oci-mounts.ts';
import { ociProcess, type ProcessOrder } from '../../../src/embedded/stage1/oci/oci-process.ts';
import { WITHHELD_CAPABILITIES } from '../../../src/model/capabilities.ts';
import { podSysctl } from '../../../src/embedded/stage1/oci/oci-sysctl.ts';

const isolator = (name: string, value: unknown): ManifestIsolator => ({ name, value });

const PROCESS: ProcessOrder = {
  ...{
    argv: ['/bin/app', 'x'],
    env: ['A=b'],
    cwd: '/',
    umask: '0022',
    terminal: false,
    allCapabilities: false,
  },
  ...{ credentials: { uid: 1000, gid: 100, groups: [7, 100] }, isolators: [], oomScoreAdj: 0 },
};

const ORDER: BundleOrder = {
  ...{
    root: '/pods/run/u/root',
    readonlyRoot: true,
    hostname: 'rkt-u',
    network: { path: '/pods/run/u/netns.pin' },
  },
  ...{
    ownIpc: true,
    mapsJoinedUsers: false,
    cgroupNamespace: 'host',
    users: undefined,
    process: ociProcess(PROCESS),
    mounts: [],
    protectPaths: true,
  },
  ...{ sysctl: { 'net.core.somaxconn': '512' }, seccomp: undefined, poststop: [], mountTool: '/bin/mount' },
  createRuntime: { path: '/bin/sh', args: ['sh'] },
};

describe('the bundle of a pod', () => {
  it('is just what was ordered', () => {
    const { mounts, linux, ...rest } = ociBundle(ORDER);
    expect(mounts).to.deep.equal([]);
    expect(rest).to.deep.equal({
      ociVersion: '1.0.2',
      process: {
        terminal: false,
        user: { uid: 1000, gid: 100, umask: 18, additionalGids: [7] },
        ...{ args: ['/bin/app', 'x'], env: ['A=b'], cwd: '/' },
        capabilities: capabilitySets(appCapabilities([]), 1000),
        ...{ noNewPrivileges: true, oomScoreAdj: 0 },
      },
      root: { path: '/pods/run/u/root', readonly: false },
      hostname: 'rkt-u',
      hooks: {
        createRuntime: [{ path: '/bin/sh', args: ['sh'] }],
        createContainer: [
          {
            path: '/bin/sh',
            args: [
              ...[
                'sh',
                '-c',
                'IFS= read -r state; exec "$@"',
                'root-options',
                '/bin/mount',
                '--no-canonicalize',
              ],
              ...['-o', 'remount,bind,nodev,ro', 'none', '/pods/run/u/root'],
            ],
          },
        ],
        poststop: [],
      },
    });
    expect(linux.namespaces).to.deep.equal([
      ...[{ type: 'pid' }, { type: 'mount' }, { type: 'uts' }, { type: 'ipc' }],
      { type: 'network', path: '/pods/run/u/netns.pin' },
    ]);
    expect(linux.sysctl).to.deep.equal({ 'net.core.somaxconn': '512' });
    expect(linux.maskedPaths).to.include('/proc/kcore');
    expect(linux.readonlyPaths).to.include('/proc/sysrq-trigger');
  });

  it('leaves out namespaces and protections on demand', () => {
    const { linux } = ociBundle({
      ...ORDER,
      ...{ network: 'host', ownIpc: false, cgroupNamespace: 'own', protectPaths: false, sysctl: {} },
    });
    expect(linux.namespaces.map(({ type }) => type)).to.deep.equal(['pid', 'mount', 'uts', 'cgroup']);
    expect([...linux.maskedPaths, ...linux.readonlyPaths]).to.deep.equal([]);
    expect(linux).to.not.have.property('sysctl');
  });

  it('joins a cgroup namespace that is there already', () => {
    const path = '/pods/run/u/oci/cgroup.pin';
    const { linux } = ociBundle({ ...ORDER, cgroupNamespace: { path } });
    expect(linux.namespaces).to.deep.include({ type: 'cgroup', path });
  });

  it('lets no mount have devices but those of the list', () => {
    const withDevices = podMounts({ init: '/usr/bin/init' }).filter(
      ({ options }) => !options.includes('nodev'),
    );
    expect(withDevices.map(({ destination }) => destination)).to.deep.equal([
      ...['/dev/pts', '/dev/null', '/dev/zero', '/dev/full', '/dev/random', '/dev/urandom', '/dev/tty'],
    ]);
    const volume = { source: '/a', destination: '/b', readOnly: true, recursive: true, hasDevices: false };
    expect(volumeMount(volume).options).to.deep.equal(['rbind', 'rro', 'rnodev']);
    expect(volumeMount({ ...volume, recursive: false, hasDevices: true }).options).to.deep.equal([
      'bind',
      'ro',
    ]);
  });
});

describe('the capabilities of an app', () => {
  it('are those of appc without the three withheld ones, less a remove set, or a retain set', () => {
    expect(appCapabilities([]).names)
      .to.have.length(11)
      .and.satisfy((names: readonly string[]) => !names.some((name) => WITHHELD_CAPABILITIES.includes(name)));
    const remove = isolator('os/linux/capabilities-remove-set', { set: ['CAP_CHOWN'] });
    expect(appCapabilities([remove]).names)
      .to.have.length(10)
      .and.not.include('CAP_CHOWN');
    const retain = isolator('os/linux/capabilities-retain-set', { set: ['CAP_NET_ADMIN'] });
    expect(appCapabilities([retain])).to.deep.equal({ names: ['CAP_NET_ADMIN'], isRetained: true });
    expect(capabilitySets(appCapabilities([retain]), 1000).ambient).to.deep.equal(['CAP_NET_ADMIN']);
    expect(capabilitySets(appCapabilities([]), 1000).effective).to.deep.equal([]);
  });

  it('are refused where Linux has none of that name', () => {
    const retain = isolator('os/linux/capabilities-retain-set', { set: ['CAP_MAGIC'] });
    expect(() => appCapabilities([retain])).to.throw('Linux has no capability "CAP_MAGIC"');
  });
});

describe('the filter of system calls of an app', () => {
  const order = (isolators: readonly ManifestIsolator[], profile?: string) => ({
    ...{ arch: 'x64', kernel: '6.1.0', capabilities: appCapabilities([]).names, isolators },
    profile: profile === undefined ? undefined : { path: '/p.json', text: profile },
  });
  const set = (mode: string, ...names: readonly string[]) =>
    isolator(`os/linux/seccomp-${mode}-set`, { set: names });
  const PROFILE = JSON.stringify({
    ...{ defaultAction: 'SCMP_ACT_ERRNO', defaultErrnoRet: 38 },
    archMap: [{ architecture: 'SCMP_ARCH_X86_64', subArchitectures: ['SCMP_ARCH_X86'] }],
    syscalls: [
      { names: ['read', 'write'], action: 'SCMP_ACT_ALLOW' },
      { names: ['mount'], action: 'SCMP_ACT_ALLOW', includes: { caps: ['CAP_SYS_ADMIN'] } },
      { names: ['mount'], action: 'SCMP_ACT_ERRNO', errnoRet: 1, excludes: { caps: ['CAP_SYS_ADMIN'] } },
      { names: ['ptrace'], action: 'SCMP_ACT_ALLOW', includes: { minKernel: '4.8' } },
      { names: ['s390'], action: 'SCMP_ACT_ALLOW', includes: { arches: ['s390x'] } },
    ],
  });

  it('is the profile of the machine, for its architecture, its kernel and the capabilities of the app', () => {
    expect(appSeccomp(order([], PROFILE))).to.deep.equal({
      ...{ defaultAction: 'SCMP_ACT_ERRNO', defaultErrnoRet: 38 },
      architectures: ['SCMP_ARCH_X86_64', 'SCMP_ARCH_X86'],
      syscalls: [
        { names: ['read', 'write'], action: 'SCMP_ACT_ALLOW' },
        { names: ['mount'], action: 'SCMP_ACT_ERRNO', errnoRet: 1 },
        { names: ['ptrace'], action: 'SCMP_ACT_ALLOW' },
      ],
    });
  });

  it('is the bundled profile where the machine has none', () => {
    const [denied] = appSeccomp(order([]))?.syscalls ?? [];
    expect(denied?.names).to.include.members(['mount', 'bpf', 'reboot', 'init_module', 'keyctl']);
    const [admin] = appSeccomp({ ...order([]), capabilities: ['CAP_SYS_ADMIN'] })?.syscalls ?? [];
    expect(admin?.names).to.include('reboot').and.not.include('mount');
  });

  it('is what a retain or remove set says', () => {
    expect(appSeccomp(order([set('retain', '@appc.io/all')]))).to.equal(undefined);
    expect(appSeccomp(order([set('remove', '@appc.io/empty')], PROFILE))).to.deep.equal(
      appSeccomp(order([], PROFILE)),
    );
    const retained = appSeccomp(order([set('retain', 'statx')]));
    expect(retained).to.include({ defaultAction: 'SCMP_ACT_ERRNO', defaultErrnoRet: 1 });
    expect(retained?.syscalls[0]?.names).to.include.members(['statx', 'execve']);
    const more = appSeccomp(order([set('retain', '@rkt/default-whitelist', 'mount')], PROFILE));
    expect(more?.syscalls.at(-1)).to.deep.equal({ names: ['mount'], action: 'SCMP_ACT_ALLOW' });
    const errno = isolator('os/linux/seccomp-remove-set', { set: ['chmod'], errno: 'ENOSYS' });
    expect(appSeccomp(order([errno]))).to.deep.include({
      defaultAction: 'SCMP_ACT_ALLOW',
      syscalls: [{ names: ['chmod'], action: 'SCMP_ACT_ERRNO', errnoRet: 38 }],
    });
  });

  it('is refused for sets that cannot be had, and errors that do not exist', () => {
    for (const bad of [
      set('retain', '@systemd/clock'),
      set('remove', '@rkt/default-whitelist'),
      set('remove', '@appc.io/all'),
    ])
      expect(() => appSeccomp(order([bad]))).to.throw(/cannot use the set "@/);
    const errno = isolator('os/linux/seccomp-remove-set', { set: ['chmod'], errno: 'EMAGIC' });
    expect(() => appSeccomp(order([errno]))).to.throw('Linux has no error "EMAGIC"');
    for (const text of ['', '{}', '{"defaultAction":"x","syscalls":[{"names":1}]}'])
      expect(() => hostProfile(text, '/p.json', order([]))).to.throw('/p.json is no seccomp profile');
  });
});

describe('the limits and settings of a pod', () => {
  const isolators = [
    isolator('resource/memory', { limit: '16Mi' }),
    isolator('resource/cpu', { limit: '500m' }),
    isolator('os/linux/cpu-shares', 512),
  ];
  const limits = isolatorLimits(isolators);

  it('are written into cgroups below those of the launcher, v1 and v2', () => {
    const v1 = '5:memory:/a\n4:cpu,cpuacct:/\n0::/ignored\n';
    expect(limitedCgroups(limits, v1, 'rkt-u')).to.deep.equal([
      {
        dir: '/sys/fs/cgroup/memory/a/rkt-u',
        settings: [{ file: 'memory.limit_in_bytes', value: 16777216 }],
      },
      {
        dir: '/sys/fs/cgroup/cpu/rkt-u',
        settings: [
          { file: 'cpu.cfs_quota_us', value: 50000 },
          { file: 'cpu.shares', value: 512 },
        ],
      },
    ]);
    expect(limitedCgroups(limits, '0::/user\n', 'rkt-u')).to.deep.equal([
      {
        dir: '/sys/fs/cgroup/user/rkt-u',
        settings: [
          { file: 'memory.max', value: 16777216 },
          { file: 'cpu.max', value: '50000 100000' },
          { file: 'cpu.weight', value: 20 },
        ],
      },
    ]);
    expect(limitedCgroups(isolatorLimits([]), v1, 'rkt-u')).to.deep.equal([]);
  });

  it('are refused where they would be those of the host', () => {
    const pings = { 'net.ipv4.ping_group_range': '0 0' };
    const sysctl = (name: string) => [isolator('os/unix/sysctl', { [name]: '1' })];
    const own = { ownIpc: true, ownNetwork: true };
    expect(podSysctl(sysctl('net.core.somaxconn'), own)).to.deep.equal({
      ...pings,
      'net.core.somaxconn': '1',
    });
    expect(podSysctl(sysctl('net.ipv4.ping_group_range'), own)).to.deep.equal({
      'net.ipv4.ping_group_range': '1',
    });
    expect(podSysctl([], { ...own, ownNetwork: false })).to.deep.equal({});
    expect(podSysctl(sysctl('kernel.shmmax'), own)).to.deep.equal({ ...pings, 'kernel.shmmax': '1' });
    expect(() => podSysctl(sysctl('vm.swappiness'), own)).to.throw('cannot set "vm.swappiness"');
    expect(() => podSysctl(sysctl('net.core.somaxconn'), { ...own, ownNetwork: false })).to.throw(
      'cannot set',
    );
    expect(() => podSysctl(sysctl('kernel.shmmax'), { ...own, ownIpc: false })).to.throw('cannot set');
  });

  it('reads the profile of this machine, where it has one', () => {
    let text: string;
    try {
      text = readFileSync('/usr/share/containers/seccomp.json', 'utf8');
    } catch {
      return;
    }
    const host = { arch: process.arch, kernel: '6.1.0', capabilities: [] };
    expect(hostProfile(text, 'p', host).syscalls.length).to.be.greaterThan(5);
  });
});
