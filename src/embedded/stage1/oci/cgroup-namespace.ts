import type { RktContext } from '../../embedded-context.ts';
import type { LaunchScript } from '../../pods/launch-script.ts';
import { hostTool } from '../../pods/shell.ts';
import type { AppPlace } from './app-places.ts';
import { cgroupMode } from './oci-runtime.ts';
import type { AppCgroupNamespace } from './oci-bundle.ts';

/** In the bundle of an app: the mount that holds its cgroup namespace. */
const PIN = 'cgroup.pin';

/** Its root is the cgroup of the process that makes it. Arguments: unshare(1), the pin, cgroup.procs files to enter. */
const MAKE = `unshare=$1 pin=$2; shift 2
for procs do
  { echo "$$" >"$procs"; } 2>/dev/null || { echo "writing to $procs failed"; exit 1; }
done
exec "$unshare" --cgroup="$pin" true`;

/**
 * Chooses the cgroup namespace of an app, and adds the lines that make it. Only the unified hierarchy can hide the cgroups above.
 *
 * An OCI runtime would make it before its hook puts the app into its cgroups, with the cgroup of the runtime as root. So a
 * process that ends at once makes it from inside of them, and a mount in the pod's mount namespace holds it.
 */
export function appCgroupNamespace(
  ctx: RktContext,
  script: LaunchScript,
  { place, podDir, procsFiles }: CgroupNamespaceOrder,
): AppCgroupNamespace {
  if (cgroupMode() !== 'unified') return 'host';
  if (procsFiles.length === 0) return 'own';
  const pin = `${podDir}/${place.bundle}/${PIN}`;
  script.write(pin, '');
  const words = [hostTool(ctx.env, 'unshare'), pin, ...procsFiles];
  const failure = 'run: cannot make the cgroup namespace of the app';
  script.attempt(failure, '/bin/sh', '-c', MAKE, 'cgroup-namespace', ...words);
  return { path: pin };
}

interface CgroupNamespaceOrder {
  readonly place: AppPlace;
  /** The pod's directory while it runs. */
  readonly podDir: string;
  /** The files that the app's pid is written to. */
  readonly procsFiles: readonly string[];
}
