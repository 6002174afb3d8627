import { constants } from 'node:os';

import { RktFailure } from '../../embedded-context.ts';
import type { ManifestIsolator } from '../../manifest/manifest-types.ts';
import { hostProfile, seccompArchitectures, type SeccompHost } from './host-seccomp.ts';
import type { OciSeccomp, OciSyscall } from './runtime-config-types.ts';
import { bundledProfile, denial, deniedCalls } from './seccomp-denied.ts';

/** What the filter of an app is made of. */
export interface SeccompOrder extends SeccompHost {
  readonly isolators: readonly ManifestIsolator[];
  /** The machine's own profile, where it has one. */
  readonly profile: { readonly path: string; readonly text: string } | undefined;
}

/** What the init process and the start of a program take, whatever an app says that it needs. */
const START_CALLS: readonly string[] = [
  ...[
    'arch_prctl',
    'brk',
    'clone',
    'close',
    'execve',
    'exit',
    'exit_group',
    'fcntl',
    'fork',
    'futex',
    'getpid',
  ],
  ...[
    'getrandom',
    'ioctl',
    'kill',
    'mmap',
    'mprotect',
    'munmap',
    'open',
    'openat',
    'prctl',
    'prlimit64',
    'read',
  ],
  ...[
    'readlink',
    'restart_syscall',
    'rseq',
    'rt_sigaction',
    'rt_sigprocmask',
    'rt_sigreturn',
    'set_robust_list',
  ],
  ...['set_tid_address', 'setpgid', 'signalfd4', 'uname', 'vfork', 'wait4', 'write', 'writev'],
];

const ALL = '@appc.io/all';
const EMPTY = '@appc.io/empty';
const ALLOWED = ['@rkt/default-whitelist', '@docker/default-whitelist'];
const DENIED = ['@rkt/default-blacklist', '@docker/default-blacklist'];

/**
 * The filter of system calls of an app: that of the machine, else the bundled one; a retain or remove set takes its place as in
 * rkt. Undefined where the app asks for none (`@appc.io/all`).
 *
 * rkt's named sets stand for the profile of today: its own of 2017 lack calls that a libc of today needs.
 *
 * @throws RktFailure for a named set that cannot be had, or an error that Linux does not have
 */
export function appSeccomp(order: SeccompOrder): OciSeccomp | undefined {
  const retain = setOf(order.isolators, 'retain');
  if (retain !== undefined) return retained(order, retain);
  const remove = setOf(order.isolators, 'remove');
  return remove === undefined ? defaultProfile(order) : removed(order, remove);
}

interface CallSet {
  readonly mode: 'retain' | 'remove';
  readonly names: readonly string[];
  readonly errno: number | undefined;
}

function retained(order: SeccompOrder, set: CallSet): OciSeccomp | undefined {
  const { names, errno } = set;
  if (names.includes(ALL)) return undefined;
  if (names.includes(EMPTY)) return defaultProfile(order);
  const plain = plainNames(set, ALLOWED);
  if (plain.length < names.length) return allowing(defaultProfile(order), plain, errno);
  return {
    ...{ defaultAction: 'SCMP_ACT_ERRNO', defaultErrnoRet: errno ?? constants.errno.EPERM },
    architectures: seccompArchitectures(order.arch),
    syscalls: [{ names: [...new Set([...plain, ...START_CALLS])], action: 'SCMP_ACT_ALLOW' }],
  };
}

function removed(order: SeccompOrder, set: CallSet): OciSeccomp {
  if (set.names.includes(EMPTY)) return defaultProfile(order);
  const plain = plainNames(set, DENIED);
  const named = plain.length < set.names.length ? deniedCalls(order.capabilities) : [];
  return {
    defaultAction: 'SCMP_ACT_ALLOW',
    architectures: seccompArchitectures(order.arch),
    syscalls: [denial([...new Set([...plain, ...named])], set.errno)],
  };
}

function defaultProfile(order: SeccompOrder): OciSeccomp {
  const { profile } = order;
  if (profile === undefined) return bundledProfile(order.capabilities, seccompArchitectures(order.arch));
  return hostProfile(profile.text, profile.path, order);
}

/** A profile that allows more calls, and answers the others otherwise. */
function allowing(profile: OciSeccomp, more: readonly string[], errno: number | undefined): OciSeccomp {
  const syscalls = profile.syscalls.flatMap((rule): readonly OciSyscall[] => {
    if (rule.action !== 'SCMP_ACT_ERRNO') return [rule];
    const names = rule.names.filter((name) => !more.includes(name));
    if (names.length === 0) return [];
    return [{ ...rule, names, ...(errno === undefined ? {} : { errnoRet: errno }) }];
  });
  const allowsAll = profile.defaultAction === 'SCMP_ACT_ALLOW';
  return {
    ...profile,
    ...(errno === undefined || allowsAll ? {} : { defaultErrnoRet: errno }),
    syscalls:
      allowsAll || more.length === 0 ? syscalls : [...syscalls, { names: more, action: 'SCMP_ACT_ALLOW' }],
  };
}

/** The names of calls in a set; those of the sets in `known` are left out. @throws RktFailure for any other set */
function plainNames({ mode, names }: CallSet, known: readonly string[]): readonly string[] {
  const stranger = names.find((name) => name.startsWith('@') && !known.includes(name));
  if (stranger === undefined) return names.filter((name) => !name.startsWith('@'));
  const usable = [ALL, EMPTY, ...known].filter((name) => mode === 'retain' || name !== ALL);
  throw new RktFailure(
    `seccomp mode=${mode} cannot use the set ${JSON.stringify(stranger)}: it takes names of system calls, and ${usable.join(', ')}`,
  );
}

function setOf(isolators: readonly ManifestIsolator[], mode: CallSet['mode']): CallSet | undefined {
  const value = isolators.find(({ name }) => name === `os/linux/seccomp-${mode}-set`)?.value;
  if (value === undefined) return undefined;
  const { set, errno = '' } = value as { readonly set: readonly string[]; readonly errno?: string };
  if (errno === '') return { mode, names: set, errno: undefined };
  const number = (constants.errno as Readonly<Record<string, number>>)[errno];
  if (number === undefined) throw new RktFailure(`Linux has no error ${JSON.stringify(errno)} for seccomp`);
  return { mode, names: set, errno: number };
}
