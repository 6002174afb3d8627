import { RktFailure } from '../../embedded-context.ts';
import type { ManifestIsolator } from '../../manifest/manifest-types.ts';
import type { CapabilitySet } from './runtime-config-types.ts';

/**
 * What appc gives an app that says nothing, but for CAP_MKNOD: no device beyond those of /dev can be opened anyway, and a file
 * that looks like one is of no use to an app.
 */
const DEFAULT: readonly string[] = [
  'CAP_AUDIT_WRITE',
  'CAP_CHOWN',
  'CAP_DAC_OVERRIDE',
  'CAP_FOWNER',
  'CAP_FSETID',
  'CAP_KILL',
  'CAP_NET_BIND_SERVICE',
  'CAP_NET_RAW',
  'CAP_SETFCAP',
  'CAP_SETGID',
  'CAP_SETPCAP',
  'CAP_SETUID',
  'CAP_SYS_CHROOT',
];

/** Every capability of Linux 5.9 and later, by its number. */
export const ALL_CAPABILITIES: readonly string[] = [
  ...['CHOWN', 'DAC_OVERRIDE', 'DAC_READ_SEARCH', 'FOWNER', 'FSETID', 'KILL', 'SETGID', 'SETUID', 'SETPCAP'],
  ...[
    'LINUX_IMMUTABLE',
    'NET_BIND_SERVICE',
    'NET_BROADCAST',
    'NET_ADMIN',
    'NET_RAW',
    'IPC_LOCK',
    'IPC_OWNER',
  ],
  ...[
    'SYS_MODULE',
    'SYS_RAWIO',
    'SYS_CHROOT',
    'SYS_PTRACE',
    'SYS_PACCT',
    'SYS_ADMIN',
    'SYS_BOOT',
    'SYS_NICE',
  ],
  ...[
    'SYS_RESOURCE',
    'SYS_TIME',
    'SYS_TTY_CONFIG',
    'MKNOD',
    'LEASE',
    'AUDIT_WRITE',
    'AUDIT_CONTROL',
    'SETFCAP',
  ],
  ...['MAC_OVERRIDE', 'MAC_ADMIN', 'SYSLOG', 'WAKE_ALARM', 'BLOCK_SUSPEND', 'AUDIT_READ', 'PERFMON', 'BPF'],
  'CHECKPOINT_RESTORE',
].map((name) => `CAP_${name}`);

/** The capabilities of an app, and whether it asked for just these. */
export interface AppCapabilities {
  readonly names: readonly string[];
  readonly isRetained: boolean;
}

/**
 * As rkt computes them: those of a retain set, else the default ones without those of a remove set.
 *
 * @throws RktFailure for a name that Linux does not have
 */
export function appCapabilities(isolators: readonly ManifestIsolator[]): AppCapabilities {
  const retain = setOf(isolators, 'os/linux/capabilities-retain-set');
  const remove = setOf(isolators, 'os/linux/capabilities-remove-set');
  const unknown = [...(retain ?? []), ...(remove ?? [])].find((name) => !ALL_CAPABILITIES.includes(name));
  if (unknown !== undefined) throw new RktFailure(`Linux has no capability ${JSON.stringify(unknown)}`);
  const names = (retain ?? DEFAULT).filter((name) => remove?.includes(name) !== true);
  return { names: [...new Set(names)].sort(), isRetained: retain !== undefined };
}

/** The root of a pod has them in effect; another user only those that its app asked for, or a program of its image brings. */
export function capabilitySets(
  { names, isRetained }: AppCapabilities,
  uid: number,
): Readonly<Record<CapabilitySet, readonly string[]>> {
  if (uid === 0) return { bounding: names, effective: names, permitted: names, inheritable: [], ambient: [] };
  const own = isRetained ? names : [];
  return { bounding: names, effective: own, permitted: own, inheritable: own, ambient: own };
}

function setOf(isolators: readonly ManifestIsolator[], name: string): readonly string[] | undefined {
  const value = isolators.find((isolator) => isolator.name === name)?.value;
  return value === undefined ? undefined : (value as { readonly set: readonly string[] }).set;
}
