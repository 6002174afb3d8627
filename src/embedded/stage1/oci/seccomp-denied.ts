import type { OciSeccomp, OciSyscall } from './runtime-config-types.ts';

const EPERM = 1;
const ENOSYS = 38;

/** Calls that change the machine or show other processes, by the capability that is for them; '' is for none. */
const DENIED: Readonly<Record<string, readonly string[]>> = {
  '': [
    ...['_sysctl', 'add_key', 'create_module', 'get_kernel_syms', 'get_mempolicy', 'io_uring_enter'],
    ...[
      'io_uring_register',
      'io_uring_setup',
      'kexec_file_load',
      'kexec_load',
      'keyctl',
      'mbind',
      'migrate_pages',
    ],
    ...[
      'move_pages',
      'nfsservctl',
      'request_key',
      'set_mempolicy',
      'set_mempolicy_home_node',
      'sysfs',
      'uselib',
    ],
    ...['userfaultfd', 'ustat', 'vm86', 'vm86old'],
  ],
  CAP_DAC_READ_SEARCH: ['open_by_handle_at'],
  CAP_SYS_ADMIN: [
    ...['bpf', 'fanotify_init', 'fsconfig', 'fsmount', 'fsopen', 'fspick', 'lookup_dcookie', 'mount'],
    ...[
      'mount_setattr',
      'move_mount',
      'name_to_handle_at',
      'open_tree',
      'perf_event_open',
      'pivot_root',
      'quotactl',
    ],
    ...[
      'quotactl_fd',
      'setdomainname',
      'sethostname',
      'setns',
      'swapoff',
      'swapon',
      'umount',
      'umount2',
      'unshare',
    ],
  ],
  CAP_SYS_BOOT: ['reboot'],
  CAP_SYS_MODULE: ['delete_module', 'finit_module', 'init_module', 'query_module'],
  CAP_SYS_PACCT: ['acct'],
  CAP_SYS_PTRACE: [
    'kcmp',
    'pidfd_getfd',
    'process_madvise',
    'process_vm_readv',
    'process_vm_writev',
    'ptrace',
  ],
  CAP_SYS_RAWIO: ['ioperm', 'iopl'],
  CAP_SYS_TIME: [
    'clock_adjtime',
    'clock_adjtime64',
    'clock_settime',
    'clock_settime64',
    'settimeofday',
    'stime',
  ],
  CAP_SYS_TTY_CONFIG: ['vhangup'],
  CAP_SYSLOG: ['syslog'],
};

/** CLONE_NEWTIME to CLONE_NEWNET: the flags of clone(2) that make a namespace. */
const NAMESPACE_FLAGS = [0x80, 0x20000, 0x2000000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000];

/** The names that rkt's `default-blacklist` stands for. */
export function deniedCalls(capabilities: readonly string[]): readonly string[] {
  return Object.entries(DENIED).flatMap(([name, calls]) => (capabilities.includes(name) ? [] : calls));
}

/** The profile of a machine that has none of its own: everything is allowed but what an app has no business with. */
export function bundledProfile(
  capabilities: readonly string[],
  architectures: readonly string[],
): OciSeccomp {
  return {
    defaultAction: 'SCMP_ACT_ALLOW',
    architectures,
    syscalls: [
      denial(deniedCalls(capabilities)),
      ...(capabilities.includes('CAP_SYS_ADMIN') ? [] : newNamespaces()),
    ],
  };
}

/** A rule that lets calls fail. */
export function denial(names: readonly string[], errnoRet = EPERM): OciSyscall {
  return { names, action: 'SCMP_ACT_ERRNO', errnoRet };
}

/** The flags of clone3(2) lie in memory, where no filter sees them: without it libc uses clone(2). */
function newNamespaces(): readonly OciSyscall[] {
  return [
    denial(['clone3'], ENOSYS),
    ...NAMESPACE_FLAGS.map((flag) => ({
      ...denial(['clone']),
      args: [{ index: 0, value: flag, valueTwo: flag, op: 'SCMP_CMP_MASKED_EQ' }],
    })),
  ];
}
