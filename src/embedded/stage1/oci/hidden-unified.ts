import type { RktContext } from '../../embedded-context.ts';
import type { LaunchScript } from '../../pods/launch-script.ts';
import { cgroupMode, UNIFIED } from './crun-runtime.ts';

/** Where the pod's mount namespace has the unified hierarchy when it is hidden from crun. */
const MOVED = 'oci/unified';

/**
 * Hides the unified hierarchy where it lies beside those of v1, in the pod's mount namespace: crun runs nothing while that has
 * controllers. Where the hook of a container enters a cgroup of it, it finds it in the pod's directory.
 */
export function hideUnified(script: LaunchScript, { isEntered }: { readonly isEntered: boolean }): void {
  if (cgroupMode() !== 'hybrid') return;
  const failure = 'run: cannot hide the unified hierarchy of cgroups from crun';
  if (isEntered) {
    script.raw(`mkdir -p ${MOVED}`);
    script.attempt(failure, 'mount', '--bind', UNIFIED, MOVED);
  }
  script.attempt(failure, 'mount', '-t', 'tmpfs', '-o', 'ro,size=0', 'tmpfs', UNIFIED);
}

/** True when a container of the pod enters a cgroup of the unified hierarchy. */
export function entersUnified({ env }: Pick<RktContext, 'env'>): boolean {
  return (env['RKT_STREAMS_CGROUP_PROCS'] ?? '').split(':').some((path) => path.startsWith(`${UNIFIED}/`));
}

/** The files that an app's pid is written to, as they are found once {@link hideUnified} has run. */
export function procsFilesOf({ env }: Pick<RktContext, 'env'>, podDir: string): readonly string[] {
  const files = (env['RKT_STREAMS_CGROUP_PROCS'] ?? '').split(':').filter((path) => path !== '');
  if (cgroupMode() !== 'hybrid') return files;
  return files.map((path) =>
    path.startsWith(`${UNIFIED}/`) ? `${podDir}/${MOVED}${path.slice(UNIFIED.length)}` : path,
  );
}
