import { readFileSync } from 'node:fs';
import { isatty } from 'node:tty';

import { RktFailure, type RktContext } from '../../embedded-context.ts';
import { currentUmask } from '../../pods/app-command.ts';
import { resolveCredentials, wantedCredentials } from '../../pods/app-credentials.ts';
import { checkExecutable, checkWorkingDir, findExecutable } from '../../pods/executable.ts';
import { IMPLICIT_FUNCTIONS } from '../../pods/implicit-volume.ts';
import type { LaunchScript } from '../../pods/launch-script.ts';
import { linkMtab } from '../../pods/mount-table.ts';
import { TARGET_FUNCTIONS } from '../../pods/mount-target.ts';
import { podPath } from '../../pods/phases.ts';
import { appImageManifest, podFile, readPodManifest } from '../../pods/pod-info.ts';
import { RootfsView } from '../../pods/rootfs-view.ts';
import { programOfApp, runtimeAppOf } from '../../pods/runtime-app.ts';
import { commandLine, hostTool } from '../../pods/shell.ts';
import { refuseMetadataService, runtimeConfig } from '../../pods/stage0.ts';
import type { Stage1Order } from '../stage1-contract.ts';
import { ociEnvironment, oomScoreOf, seccompHere } from './app-of-pod.ts';
import { cgroupMode, findRuntime, type OciRuntime } from './crun-runtime.ts';
import { hideUnified, procsFilesOf } from './hidden-unified.ts';
import { ociBundle, type BundleOrder } from './oci-bundle.ts';
import type { OciMount, OciProcess } from './runtime-config-types.ts';
import { ownCgroups, type LimitedCgroup } from './oci-limits.ts';
import { INIT_IN_POD, podMounts } from './oci-mounts.ts';
import { nameMounts } from './oci-names.ts';
import { ociProcess } from './oci-process.ts';
import { checkSysctl } from './oci-sysctl.ts';
import { cgroupsGone, makeCgroups } from './pod-cgroup.ts';
import { ociVolumes } from './oci-volumes.ts';
import { podNetwork } from './network-of-pod.ts';

/** Where an OCI runtime keeps what it knows of a pod, below the pod's directory. */
export const STATE_DIR = 'oci/state';

/**
 * Second half of a launch: the bundle of an OCI runtime, which then takes the place of the launcher, waits for the app, and ends
 * with its exit code.
 *
 * @throws RktFailure where the launch ends
 */
export function ociLaunch(ctx: RktContext, script: LaunchScript, order: Stage1Order): void {
  const { pod, flags, names, site, files } = order;
  if (podFile(pod, 'private-users-prepared') !== undefined)
    throw new RktFailure('user namespaces for pods (--private-users) are not supported by the stage1 oci');
  if (site.apps.length > 1) throw new RktFailure('the stage1 oci runs one app in a pod');
  refuseMetadataService(flags);
  const runtime = findRuntime(ctx);
  script.write('runtime-config', runtimeConfig(flags, names));
  const podDir = podPath(ctx, 'run', pod.uuid);
  const view = new RootfsView(site.lower);
  linkMtab(script, view, site.root);
  script.raw(`${TARGET_FUNCTIONS.trim()}\n${IMPLICIT_FUNCTIONS.trim()}`);
  script.raw('cd -P .').raw(`mkdir -p ${STATE_DIR}`);
  for (const path of ['/dev', '/proc', '/sys']) view.mount({ path, host: undefined, kind: 'own' });
  const hostname = flags.string('hostname') || `rkt-${pod.uuid}`;
  const { process, isolators, volumes, readonlyRoot } = appOf(ctx, script, {
    ...order,
    view,
    podDir,
    runtime,
  });
  const ownIpc = flags.string('ipc') !== 'parent';
  const { namespace: network, poststop } = podNetwork(ctx, script, {
    ...{ podDir, uuid: pod.uuid, flags, names },
    hasPorts: (readPodManifest(pod).ports ?? []).length > 0,
    site: { view, root: site.root },
  });
  const cgroups = cgroupsOf(ctx, pod.uuid, isolators);
  makeCgroups(script, cgroups);
  const bundle = ociBundle({
    ...{ hostname, network, process, readonlyRoot, root: `${podDir}/${site.root}` },
    ownIpc,
    ownCgroupNamespace: cgroupMode() === 'unified',
    mounts: [...podMounts(runtime.init), ...volumes, ...nameMounts({ names, view, hostname, podDir, files })],
    protectPaths: !ctx.insecure.has('paths'),
    sysctl: checkSysctl(isolators, { ownIpc, ownNetwork: network !== 'host' }),
    seccomp: seccompHere(ctx, isolators),
    createRuntime: cgroupHook(ctx, podDir, cgroups),
    poststop: [...(poststop === undefined ? [] : [poststop]), ...cgroupsGone(cgroups)],
    mountTool: hostTool(ctx.env, 'mount'),
  });
  files.set('oci/config.json', { text: JSON.stringify(bundle), isSecret: true });
  hideUnified(script);
  script.raw(`printf '%s\\n' "$$" >ppid || die 'run: cannot write the pid'`);
  // Where the right to do so is there: the launcher waits for the app, and holds the pod's lock.
  script.raw('{ echo -999 >/proc/self/oom_score_adj; } 2>/dev/null');
  script.raw(`exec ${commandLine(...runWords(runtime, podDir, pod.uuid))}`);
}

function runWords({ crun }: OciRuntime, podDir: string, uuid: string): readonly string[] {
  return [
    ...[crun, `--root=${podDir}/${STATE_DIR}`, '--cgroup-manager=disabled'],
    ...['run', `--bundle=${podDir}/oci`, `--pid-file=${podDir}/pid`, uuid],
  ];
}

interface AppOrder extends Stage1Order {
  readonly view: RootfsView;
  readonly podDir: string;
  readonly runtime: OciRuntime;
}

interface OciApp {
  readonly process: OciProcess;
  readonly isolators: NonNullable<ReturnType<typeof runtimeAppOf>['isolators']>;
  readonly volumes: readonly OciMount[];
  readonly readonlyRoot: boolean;
}

/** What is the app's own. @throws RktFailure in rkt's words */
function appOf(ctx: RktContext, script: LaunchScript, order: AppOrder): OciApp {
  const { pod, site, view, podDir, runtime } = order;
  const { app, root } = site;
  const runtimeApp = runtimeAppOf(pod, app);
  const program = programOfApp(app, runtimeApp);
  const image = appImageManifest(pod, app.name);
  const mountSite = { script, view, root, alwaysRecursive: false, identities: new Map<string, string>() };
  const manifest = readPodManifest(pod);
  const volumes = ociVolumes(ctx, { manifest, app, runtimeApp, image, site: mountSite, podDir });
  const workingDir = runtimeApp.workingDirectory ?? '/';
  const path = runtimeApp.environment?.find(({ name }) => name === 'PATH')?.value;
  const credentials = resolveCredentials(view, wantedCredentials(runtimeApp, image), root);
  const executable = findExecutable(view, program, workingDir, path);
  checkWorkingDir(view, workingDir);
  checkExecutable(view, executable);
  const argv = [executable, ...(runtimeApp.exec ?? []).slice(1)];
  const isolators = runtimeApp.isolators ?? [];
  const process = ociProcess({
    ...{ credentials, isolators, cwd: workingDir, umask: currentUmask() },
    argv: runtime.init === undefined ? argv : [INIT_IN_POD, '--', ...argv],
    env: ociEnvironment(app.name, runtimeApp),
    terminal: order.flags.bool('interactive') && isatty(0),
    oomScoreAdj: oomScoreOf(isolators),
    allCapabilities: ctx.insecure.has('capabilities'),
  });
  return { process, isolators, volumes, readonlyRoot: app.readOnlyRootFS === true };
}

/** A pod that is put into cgroups by its caller has the limits of these. */
function cgroupsOf(ctx: RktContext, uuid: string, isolators: OciApp['isolators']): readonly LimitedCgroup[] {
  return (ctx.env['RKT_STREAMS_CGROUP_PROCS'] ?? '') === '' ? ownCgroups(isolators, uuid) : [];
}

function cgroupHook(
  ctx: RktContext,
  podDir: string,
  cgroups: readonly LimitedCgroup[],
): BundleOrder['createRuntime'] {
  const text = readFileSync(new URL('./enter-cgroup.sh', import.meta.url), 'utf8');
  const own = cgroups.map(({ dir }) => `${dir}/cgroup.procs`);
  const words = [`${podDir}/oci/init-start`, ...procsFilesOf(ctx, podDir), ...own];
  return { path: '/bin/sh', args: ['sh', '-c', text, 'enter-cgroup', ...words] };
}
