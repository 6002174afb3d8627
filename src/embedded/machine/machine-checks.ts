import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { release } from 'node:os';

import { RktFailure } from '../embedded-context.ts';
import { findHostTool } from '../pods/shell.ts';
import { cgroupMode, findRuntime } from '../stage1/oci/oci-runtime.ts';

/** What a finding is needed for; `optional` is for single features. */
export type NeededFor = 'fly' | 'oci' | 'networks' | 'optional';

/** One thing that was looked for on a machine. */
export interface MachineCheck {
  readonly name: string;
  readonly neededFor: NeededFor;
  readonly works: boolean;
  /** A version or a state. */
  readonly value?: string;
  /** What to do where it does not work. */
  readonly remedy?: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** A program of the host: what needs it, the package that has it, and how it prints its version. */
interface Tool {
  readonly name: string;
  readonly neededFor: NeededFor;
  readonly from: string;
  readonly version?: readonly string[];
}

const TOOLS: readonly Tool[] = [
  ...['flock', 'unshare', 'nsenter', 'setpriv', 'mount'].map((name): Tool => ({
    name,
    neededFor: 'fly',
    from: 'util-linux (2.35 or newer)',
    version: ['--version'],
  })),
  { name: 'env', neededFor: 'fly', from: 'coreutils (8.30 or newer)', version: ['--version'] },
  { name: 'crun', neededFor: 'optional', from: 'crun', version: ['--version'] },
  {
    name: 'runc',
    neededFor: 'optional',
    from: 'runc, which takes the place of crun',
    version: ['--version'],
  },
  { name: 'catatonit', neededFor: 'optional', from: 'catatonit', version: ['--version'] },
  { name: 'iptables', neededFor: 'networks', from: 'iptables', version: ['--version'] },
  { name: 'perl', neededFor: 'optional', from: 'perl-base', version: ['-e', 'print "$^V\\n"'] },
  ...['xz', 'bzip2', 'zstd', 'gpg'].map((name): Tool => ({
    name,
    neededFor: 'optional',
    from: name,
    ...(name === 'bzip2' ? {} : { version: ['--version'] }),
  })),
];

const CNI_DIRS = ['/usr/lib/cni', '/opt/cni/bin', '/usr/libexec/cni'];
const CNI_PLUGINS = ['ptp', 'bridge', 'host-local', 'loopback', 'portmap'];

/** The check for an OCI runtime; its value is the name and the version. */
export const RUNTIME = 'OCI runtime';

/** CAP_SYS_ADMIN. */
const SYS_ADMIN = 1n << 21n;

/** Looks at everything that pods need of this machine. */
export function machineChecks(env: Environment): readonly MachineCheck[] {
  return [
    { name: 'kernel', neededFor: 'fly', works: true, value: release() },
    mountRights(),
    userNamespaces(env),
    ...['mnt', 'pid', 'uts', 'ipc', 'net'].map(namespaceCheck),
    {
      name: 'cgroups',
      neededFor: 'optional',
      works: cgroupMode() !== 'none',
      value: cgroupMode(),
      remedy: 'mount the cgroup hierarchies: tasks have no limits and no statistics without them',
    },
    fileCheck(
      'overlay',
      'optional',
      read('/proc/filesystems').includes('overlay'),
      'use a kernel with overlayfs: images are copied into each pod without it',
    ),
    fileCheck(
      'seccomp',
      'oci',
      existsSync('/proc/sys/kernel/seccomp/actions_avail'),
      'use a kernel with CONFIG_SECCOMP_FILTER',
    ),
    runtimeCheck(env),
    ...TOOLS.map((tool) => toolCheck(env, tool)),
    ...CNI_PLUGINS.map(pluginCheck),
  ];
}

/** What stands for root where that is missing. */
function userNamespaces(env: Environment): MachineCheck {
  const works =
    mountRights().works ||
    spawnSync(findHostTool(env, 'unshare') ?? 'unshare', ['--user', '--map-root-user', '--mount', 'true'])
      .status === 0;
  const remedy =
    'run as root, or allow user namespaces (sysctl user.max_user_namespaces, kernel.unprivileged_userns_clone)';
  return fileCheck('root or user namespace', 'fly', works, remedy);
}

function mountRights(): MachineCheck {
  const effective = /^CapEff:\s*([0-9a-f]+)$/m.exec(read('/proc/self/status'))?.[1] ?? '0';
  const works = process.geteuid?.() === 0 && (BigInt(`0x${effective}`) & SYS_ADMIN) !== 0n;
  return fileCheck(
    'root with CAP_SYS_ADMIN',
    'networks',
    works,
    'run as root: without it pods have the user 0 alone, in a user namespace, and no networks of their own',
  );
}

function namespaceCheck(kind: string): MachineCheck {
  const works = existsSync(`/proc/self/ns/${kind}`);
  const neededFor = kind === 'mnt' ? 'fly' : 'oci';
  return fileCheck(`${kind} namespace`, neededFor, works, `use a kernel with ${kind} namespaces`);
}

function fileCheck(name: string, neededFor: NeededFor, works: boolean, remedy: string): MachineCheck {
  return { name, neededFor, works, ...(works ? {} : { remedy }) };
}

function toolCheck(env: Environment, { name, neededFor, from, version }: Tool): MachineCheck {
  const path = findHostTool(env, name);
  if (path === undefined) return { name, neededFor, works: false, remedy: `install ${from}` };
  const value = version === undefined ? undefined : versionOf(path, version);
  return { name, neededFor, works: true, ...(value === undefined ? {} : { value }) };
}

/** What runs pods of the stage1 oci: one of several programs, with what it needs. */
function runtimeCheck(env: Environment): MachineCheck {
  try {
    const { name, path } = findRuntime({ env });
    return {
      name: RUNTIME,
      neededFor: 'oci',
      works: true,
      value: `${name} ${versionOf(path, ['--version']) ?? ''}`.trim(),
    };
  } catch (error) {
    if (!(error instanceof RktFailure)) throw error;
    return { name: RUNTIME, neededFor: 'oci', works: false, remedy: error.message };
  }
}

/** The first number with dots in the first line that a program prints. */
function versionOf(path: string, args: readonly string[]): string | undefined {
  const { stdout, stderr } = spawnSync(path, args, {
    encoding: 'utf8',
    timeout: 10_000,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const line = `${stdout}${stderr}`.split('\n')[0] ?? '';
  return /\d+(?:\.\d+)+/.exec(line)?.[0];
}

function pluginCheck(name: string): MachineCheck {
  const works = CNI_DIRS.some((dir) => existsSync(`${dir}/${name}`));
  return fileCheck(`CNI plugin ${name}`, 'networks', works, 'install containernetworking-plugins');
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
