import { readFileSync } from 'node:fs';

import type { UidRange } from '../../aci/uid-range.ts';
import { RktFailure, type RktContext } from '../../embedded-context.ts';
import { IMPLICIT_FUNCTIONS } from '../../pods/implicit-volume.ts';
import type { LaunchScript } from '../../pods/launch-script.ts';
import { TARGET_FUNCTIONS } from '../../pods/mount-target.ts';
import { podPath } from '../../pods/phases.ts';
import { readPodManifest } from '../../pods/pod-info.ts';
import { usersOfPod } from '../../pods/pod-users.ts';
import { commandLine, hostTool } from '../../pods/shell.ts';
import { refuseMetadataService, runtimeConfig } from '../../pods/stage0.ts';
import type { Stage1Order } from '../stage1-contract.ts';
import { seccompHere } from './app-of-pod.ts';
import { appPlace, STATE_DIR, type AppPlace } from './app-places.ts';
import { appCgroupNamespace } from './cgroup-namespace.ts';
import { entersHidden, hideCgroups, hookPath, procsFilesOf } from './cgroup-view.ts';
import { launchedApp, type LaunchedApp } from './launched-app.ts';
import { podNetwork, type PodNetwork } from './network-of-pod.ts';
import { namespacesOf, ociBundle } from './oci-bundle.ts';
import { ownCgroups, type LimitedCgroup } from './oci-limits.ts';
import { podMounts } from './oci-mounts.ts';
import { nameMounts } from './oci-names.ts';
import { findRuntime, RUNTIME_FILE, type OciRuntime } from './oci-runtime.ts';
import { podSysctl } from './oci-sysctl.ts';
import { cgroupsGone, makeCgroups } from './pod-cgroup.ts';
import { mountSystem, reachableRoots, SYSTEM_DIR, userMappings } from './user-namespace.ts';
import type { OciHook } from './runtime-config-types.ts';
import { runWords } from './runtime-words.ts';
import { terminalRelay } from './terminal-relay.ts';
import {
  prepareShared,
  runAppsWords,
  SHARED_MEMORY,
  WAITING_DIR,
  WAITING_ROOT,
  waitingBundle,
} from './several-apps.ts';

/** A pod that is launched, as far as all of its apps have it in common. */
interface LaunchedPod extends Stage1Order {
  /** The pod's directory while it runs. */
  readonly podDir: string;
  readonly runtime: OciRuntime;
  readonly hostname: string;
  readonly ownIpc: boolean;
  readonly network: PodNetwork;
  readonly isSingle: boolean;
  /** Absent for those of the host. */
  readonly users: UidRange | undefined;
}

interface RootedApp extends LaunchedApp {
  /** Absolute. */
  readonly root: string;
}

/**
 * Second half of a launch: the bundles of an OCI runtime. It takes the place of the launcher, waits for the app, and ends with
 * its exit code; where there are several apps, a shell does that.
 *
 * @throws RktFailure where the launch ends
 */
export function ociLaunch(ctx: RktContext, script: LaunchScript, order: Stage1Order): void {
  const { pod, flags, names, sites } = order;
  const isSingle = sites.length === 1;
  const users = usersOfPod(pod);
  if (!isSingle && flags.bool('interactive'))
    throw new RktFailure('interactive option only supports pods with one app');
  refuseMetadataService(flags);
  const runtime = findRuntime(ctx);
  order.files.set(RUNTIME_FILE, { text: `${runtime.name} ${runtime.path}`, isSecret: false });
  script.write('runtime-config', runtimeConfig(flags, names));
  const podDir = podPath(ctx, 'run', pod.uuid);
  script.raw(`${TARGET_FUNCTIONS.trim()}\n${IMPLICIT_FUNCTIONS.trim()}`);
  script.raw('cd -P .');
  const hasInit = isSingle && runtime.init !== undefined;
  const apps = sites.map((site) => launchedApp(ctx, script, { ...order, site, podDir, hasInit, users }));
  const network = podNetwork(ctx, script, {
    ...{ podDir, uuid: pod.uuid, flags, names, privileges: order.privileges },
    hasPorts: (readPodManifest(pod).ports ?? []).length > 0,
    roots: apps.map(({ view, site }) => ({ view, root: site.root })),
  });
  const hostname = flags.string('hostname') || `rkt-${pod.uuid}`;
  const ownIpc = flags.string('ipc') !== 'parent';
  if (users !== undefined && !ownIpc)
    throw new RktFailure('--ipc=parent cannot be used with --private-users');
  if (!isSingle) prepareShared(script);
  const launched = { ...order, podDir, runtime, hostname, ownIpc, network, isSingle, users };
  const named = [
    ...sites.map(({ app, root }) => ({ name: app.name, root })),
    ...(isSingle ? [] : [WAITING_ROOT]),
  ];
  const roots =
    users === undefined ? named.map(({ root }) => `${podDir}/${root}`) : reachableRoots(ctx, script, named);
  if (!isSingle) addWaiting(ctx, launched, roots.at(-1) ?? '');
  const { namespace } = network;
  const system = systemOf(launched);
  if (system !== undefined && system !== 'host')
    mountSystem(ctx, script, typeof namespace === 'object' ? namespace.path : undefined);
  for (const [index, app] of apps.entries())
    addBundle(ctx, script, launched, { ...app, root: roots[index] ?? '' });
  hideCgroups(script, { runtime, isEntered: entersHidden(ctx, runtime) });
  script.raw(`printf '%s\\n' "$$" >ppid || die 'run: cannot write the pid'`);
  // Where the right to do so is there: the launcher waits for the app, and holds the pod's lock.
  script.raw('{ echo -999 >/proc/self/oom_score_adj; } 2>/dev/null');
  const words = isSingle
    ? commandLine(...onlyAppWords(ctx, launched, apps))
    : runAppsWords(
        pod,
        podDir,
        runtime,
        apps.map(({ site }) => site.app.name),
      );
  script.raw(`exec ${words}`);
}

/** True for a pod in a user namespace: its own, or that of a caller without root. */
function hasUsers({ users, privileges }: LaunchedPod): boolean {
  return users !== undefined || privileges !== 'root';
}

/** The /sys of a pod whose users have no rights in its network namespace; undefined for a new one. */
function systemOf({ users, privileges, network, podDir }: LaunchedPod): string | undefined {
  if (network.namespace === 'own') return undefined;
  if (privileges !== 'root') return 'host';
  return users === undefined ? undefined : `${podDir}/${SYSTEM_DIR}`;
}

function onlyAppWords(
  ctx: RktContext,
  { runtime, podDir, pod }: LaunchedPod,
  apps: readonly LaunchedApp[],
): readonly string[] {
  const container = { container: pod.uuid, stateDir: `${podDir}/${STATE_DIR}`, pidFile: `${podDir}/pid` };
  const hasTerminal = apps.some(({ process }) => process.terminal);
  const terminal = hasTerminal
    ? (terminalRelay(ctx, runtime, `${podDir}/oci/terminal`) ?? 'runtime')
    : undefined;
  return runWords({ runtime, ...container }, `${podDir}/oci`, terminal);
}

/** Adds the bundle of the process that has the namespaces of several apps. */
function addWaiting(ctx: RktContext, launched: LaunchedPod, root: string): void {
  const { podDir, runtime, hostname, ownIpc, network, files, users } = launched;
  const bundle = waitingBundle({
    ...{ root, runtime, hostname },
    namespaces: namespacesOf({ network: network.namespace, ownIpc, cgroupNamespace: 'host', users }),
    mappings: users === undefined ? {} : userMappings(users),
    createRuntime: cgroupHook(
      podDir,
      'oci/init-start',
      procsFilesOf(ctx).map((path) => hookPath(path, podDir, runtime)),
    ),
    poststop: network.poststop === undefined ? [] : [network.poststop],
  });
  files.set(`${WAITING_DIR}/config.json`, { text: JSON.stringify(bundle), isSecret: false });
}

/** Adds the bundle of an app. @throws RktFailure for what it cannot have */
function addBundle(ctx: RktContext, script: LaunchScript, launched: LaunchedPod, app: RootedApp): void {
  const { pod, podDir, runtime, hostname, ownIpc, network, isSingle, names, files, users } = launched;
  const { view, isolators, site } = app;
  const place = appPlace(pod.uuid, site.app.name, isSingle);
  const system = systemOf(launched);
  const cgroups = cgroupsOf(ctx, place, isolators);
  makeCgroups(script, place, cgroups);
  const procsFiles = [...procsFilesOf(ctx), ...cgroups.map(({ dir }) => `${dir}/cgroup.procs`)];
  const toHook = (path: string): string => hookPath(path, podDir, runtime);
  // Users of their own have no rights in a namespace that CNI plugins have made for the host's root to set up.
  const ownNetwork = users === undefined ? network.namespace !== 'host' : network.namespace === 'own';
  const poststop = isSingle && network.poststop !== undefined ? [network.poststop] : [];
  const shared = isSingle ? {} : { init: undefined, sharedMemory: `${podDir}/${SHARED_MEMORY}` };
  const bundle = ociBundle({
    ...{ hostname, network: network.namespace, process: app.process, readonlyRoot: app.readonlyRoot },
    root: app.root,
    ...{ ownIpc, users, mapsJoinedUsers: runtime.name === 'runc' },
    ...(isSingle ? {} : { joined: `${podDir}/oci/ns` }),
    cgroupNamespace: appCgroupNamespace(ctx, script, { place, podDir, procsFiles }),
    mounts: [
      ...podMounts({
        ...{ init: runtime.init, ...shared, hasDevices: hasUsers(launched) && runtime.name === 'runc' },
        isUnprivileged: launched.privileges !== 'root',
        ...(system === undefined ? {} : { system }),
      }),
      ...app.volumes,
      ...nameMounts({ names, view, hostname, podDir, files }),
    ],
    protectPaths: !ctx.insecure.has('paths'),
    sysctl: podSysctl(isolators, { ownIpc, ownNetwork }),
    seccomp: seccompHere(ctx, isolators),
    createRuntime: cgroupHook(podDir, place.startFile, procsFiles.map(toHook)),
    poststop: [...poststop, ...cgroupsGone(cgroups.map(({ dir }) => toHook(dir)))],
    mountTool: hostTool(ctx.env, 'mount'),
  });
  files.set(`${place.bundle}/config.json`, { text: JSON.stringify(bundle), isSecret: true });
}

/** A pod that is put into cgroups by its caller has the limits of these. */
function cgroupsOf(
  ctx: RktContext,
  { container }: AppPlace,
  isolators: LaunchedApp['isolators'],
): readonly LimitedCgroup[] {
  return (ctx.env['RKT_STREAMS_CGROUP_PROCS'] ?? '') === '' ? ownCgroups(isolators, container) : [];
}

function cgroupHook(podDir: string, startFile: string, procsFiles: readonly string[]): OciHook {
  const text = readFileSync(new URL('./enter-cgroup.sh', import.meta.url), 'utf8');
  return {
    path: '/bin/sh',
    args: ['sh', '-c', text, 'enter-cgroup', `${podDir}/${startFile}`, ...procsFiles],
  };
}
