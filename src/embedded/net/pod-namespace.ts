import { statfsSync } from 'node:fs';
import { join } from 'node:path';

/** A file of the pod on which its network namespace is mounted, in the mount namespace of the pod alone. */
export const PIN = 'netns.pin';

/** resolv.conf of the pod where a network has name servers, relative to the pod's directory. */
export const NETWORK_RESOLV_CONF = 'stage1/rootfs/etc/rkt-resolv.conf';

const NSFS_MAGIC = 0x6e736673;

/** Path of the pod's namespace; undefined where it is gone, or not to be seen from here. */
export function pinnedNamespace(podDir: string): string | undefined {
  const path = join(podDir, PIN);
  try {
    return statfsSync(path).type === NSFS_MAGIC ? path : undefined;
  } catch {
    return undefined;
  }
}
