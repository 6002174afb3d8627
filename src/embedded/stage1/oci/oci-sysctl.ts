import { RktFailure } from '../../embedded-context.ts';
import type { ManifestIsolator } from '../../manifest/manifest-types.ts';

/** Settings that a pod has for itself; all others are the host's. */
const OF_IPC = /^(?:kernel\.(?:msgmax|msgmnb|msgmni|sem|shmall|shmmax|shmmni|shm_rmid_forced)$|fs\.mqueue\.)/;
const OF_NETWORK = /^net\./;
/** Lets group 0 of a pod send pings without the capability for all kinds of raw packets. */
const PINGS = { 'net.ipv4.ping_group_range': '0 0' };

/** The settings of a pod, and of the isolator `os/unix/sysctl`. @throws RktFailure for one that would change the host */
export function podSysctl(
  isolators: readonly ManifestIsolator[],
  { ownIpc, ownNetwork }: { readonly ownIpc: boolean; readonly ownNetwork: boolean },
): Readonly<Record<string, string>> {
  const value = isolators.find(({ name }) => name === 'os/unix/sysctl')?.value ?? {};
  const settings = value as Readonly<Record<string, string>>;
  const shared = Object.keys(settings).find(
    (name) => !(OF_IPC.test(name) && ownIpc) && !(OF_NETWORK.test(name) && ownNetwork),
  );
  if (shared === undefined) return { ...(ownNetwork && PINGS), ...settings };
  const isShared = OF_NETWORK.test(shared) || OF_IPC.test(shared);
  const why = isShared ? 'its pod shares that namespace with the host' : 'no namespace of a pod has it';
  throw new RktFailure(`cannot set ${JSON.stringify(shared)} for a pod`, [why]);
}
