import type {
  OciConfig,
  OciHook,
  OciLinux,
  OciMount,
  OciProcess,
  OciSeccomp,
} from './runtime-config-types.ts';
import type { UidRange } from '../../aci/uid-range.ts';
import { userMappings } from './user-namespace.ts';
import { MASKED_PATHS, READONLY_PATHS } from './protected-paths.ts';

type OciNamespaces = OciLinux['namespaces'];

/** The network namespace of a pod: the launcher's, an empty one, or the one that a file stands for. */
export type PodNetworkNamespace = 'host' | 'own' | { readonly path: string };

/** The cgroup namespace of an app: the launcher's, one that the runtime makes, or the one that a file stands for. */
export type AppCgroupNamespace = PodNetworkNamespace;

/** All that the configuration of a pod is made of. */
export interface BundleOrder {
  /** Absolute. */
  readonly root: string;
  readonly readonlyRoot: boolean;
  readonly hostname: string;
  readonly network: PodNetworkNamespace;
  readonly ownIpc: boolean;
  /** The directory of the namespaces that the app shares with the other apps of its pod; absent where it makes them. */
  readonly joined?: string;
  /** The users of a pod that has its own. Its root is mounted without devices already. */
  readonly users: UidRange | undefined;
  /** The runtime needs the users of a joined namespace as well, which is against the specification of bundles. */
  readonly mapsJoinedUsers: boolean;
  readonly cgroupNamespace: AppCgroupNamespace;
  readonly process: OciProcess;
  readonly mounts: readonly OciMount[];
  /** False for `--insecure-options=paths`. */
  readonly protectPaths: boolean;
  readonly sysctl: Readonly<Record<string, string>>;
  readonly seccomp: OciSeccomp | undefined;
  /** Run when the app has ended, before its network namespace is gone. */
  readonly poststop: readonly OciHook[];
  /** Runs with the state of the container before the app does. */
  readonly createRuntime: OciHook;
  /** Absolute path of mount(8). */
  readonly mountTool: string;
}

/** The configuration of an OCI runtime for a pod; depends on nothing but its argument. */
export function ociBundle(order: BundleOrder): OciConfig {
  const { sysctl, poststop, joined, users } = order;
  const hasUsers = users !== undefined;
  return {
    ociVersion: '1.0.2',
    process: order.process,
    // A runtime remounts the root without `nodev`, and so the hook below makes it read-only as well. In a user namespace it cannot.
    root: { path: order.root, readonly: hasUsers && order.readonlyRoot },
    ...(joined === undefined ? { hostname: order.hostname } : {}),
    mounts: order.mounts,
    hooks: {
      createRuntime: [order.createRuntime],
      createContainer: hasUsers ? [] : [rootOptions(order)],
      poststop,
    },
    linux: {
      namespaces: namespacesOf(order),
      ...(users === undefined || (joined !== undefined && !order.mapsJoinedUsers) ? {} : userMappings(users)),
      maskedPaths: order.protectPaths ? MASKED_PATHS : [],
      readonlyPaths: order.protectPaths ? READONLY_PATHS : [],
      devices: [],
      ...(Object.keys(sysctl).length === 0 ? {} : { sysctl }),
      ...(order.seccomp === undefined ? {} : { seccomp: order.seccomp }),
    },
  };
}

/** The namespaces of a container. */
export function namespacesOf({
  network,
  joined,
  ownIpc,
  cgroupNamespace,
  users,
}: Pick<BundleOrder, 'network' | 'joined' | 'ownIpc' | 'cgroupNamespace' | 'users'>): OciNamespaces {
  const shared = (type: string, file: string) => ({
    type,
    ...(joined === undefined ? {} : { path: `${joined}/${file}` }),
  });
  const net =
    typeof network === 'object' && joined === undefined
      ? { type: 'network', ...network }
      : shared('network', 'net');
  const cgroup = { type: 'cgroup', ...(typeof cgroupNamespace === 'object' ? cgroupNamespace : {}) };
  return [
    shared('pid', 'pid'),
    { type: 'mount' },
    shared('uts', 'uts'),
    ...(ownIpc ? [shared('ipc', 'ipc')] : []),
    ...(network === 'host' ? [] : [net]),
    ...(cgroupNamespace === 'host' ? [] : [cgroup]),
    ...(users === undefined ? [] : [shared('user', 'user')]),
  ];
}

/** A hook that ends before crun has written the state of the container to it makes the start fail. */
const READ_STATE = 'IFS= read -r state; exec "$@"';

/** Runs in the pod's mount namespace when all is mounted: nodes of the image are no way to a device of the host. */
function rootOptions({ root, readonlyRoot, mountTool }: BundleOrder): OciHook {
  const options = ['remount', 'bind', 'nodev', ...(readonlyRoot ? ['ro'] : [])].join(',');
  const words = [mountTool, '--no-canonicalize', '-o', options, 'none', root];
  return { path: '/bin/sh', args: ['sh', '-c', READ_STATE, 'root-options', ...words] };
}
