import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';

import type { Flags } from '../command-line/args.ts';
import { RktFailure, type RktContext } from '../embedded-context.ts';
import type { NameFiles } from './dns.ts';
import type { LaunchScript } from './launch-script.ts';
import type { PodEntry } from './phases.ts';
import { podFile, readPodManifest } from './pod-info.ts';
import type { PodApp } from './pod-manifest.ts';

/** An app of a pod with its root. */
export interface AppSite {
  readonly app: PodApp;
  /** The app's root, relative to the pod's directory. */
  readonly root: string;
  /** What the root shows: the tree below an overlay, or the root itself. */
  readonly lower: string;
}

const NO_DIRECTORIES = 'run: cannot create directories of the pod';

/**
 * First half of a launch: directories, the overlay of each app, entry points.
 *
 * @returns at least one app
 * @throws RktFailure where the launch ends
 */
export function stage0(ctx: RktContext, script: LaunchScript, pod: PodEntry): readonly AppSite[] {
  const { apps } = readPodManifest(pod);
  if (apps.length === 0) throw new RktFailure('pod must contain at least one application');
  const stage1Tree = podFile(pod, 'stage1TreeStoreID') ?? '';
  const sites = apps.map((app) => appSite(ctx, script, { pod, app, stage1Tree }));
  // Scripts for a real rkt, which expects them here.
  const scripts = join(ctx.dir, 'cas/tree', stage1Tree, 'rootfs');
  if (existsSync(join(scripts, 'stop'))) script.run('cp', '-a', '--', `${scripts}/.`, 'stage1/rootfs/');
  return sites;
}

interface PreparedApp {
  readonly pod: PodEntry;
  readonly app: PodApp;
  readonly stage1Tree: string;
}

function appSite(ctx: RktContext, script: LaunchScript, { pod, app, stage1Tree }: PreparedApp): AppSite {
  const root = `stage1/rootfs/opt/stage2/${app.name}/rootfs`;
  const tree = podFile(pod, `appsinfo/${app.name}/treeStoreID`);
  const usesOverlay = existsSync(join(pod.dir, 'overlay-prepared')) && tree !== undefined;
  const lower = usesOverlay ? join(ctx.dir, 'cas/tree', tree, 'rootfs') : join(pod.dir, root);
  const rootStat = statSync(lower, { throwIfNoEntry: false });
  if (rootStat === undefined) {
    throw new RktFailure(`stage0: error setting up app image: stat ${lower}: no such file or directory`);
  }
  script.attempt(NO_DIRECTORIES, 'mkdir', '-p', root, 'stage1/rootfs/rkt/env', 'stage1/rootfs/rkt/status');
  if (usesOverlay) mountOverlay(script, { app, tree, root, stage1Tree, rootStat });
  return { app, root, lower };
}

/** An app's tree and the place it is mounted at. */
interface OverlayOrder {
  readonly app: PodApp;
  readonly tree: string;
  readonly root: string;
  readonly stage1Tree: string;
  readonly rootStat: { readonly mode: number; readonly uid: number; readonly gid: number };
}

/**
 * Mounts the app's tree with a layer of the pod's own on top.
 *
 * Paths are relative to the pod's directory, so that no path of the user gets into the option string. The root of the
 * result has the mode and owner of the upper directory.
 */
function mountOverlay(script: LaunchScript, { app, tree, root, stage1Tree, rootStat }: OverlayOrder): void {
  const layer = (kind: string) => `overlay/${tree}/${kind}/${app.name}`;
  script.raw('umask 0027');
  script.attempt(
    NO_DIRECTORIES,
    'mkdir',
    '-p',
    layer('upper'),
    layer('work'),
    `overlay/${stage1Tree}/upper/rkt/status`,
  );
  script.raw('umask 0022');
  script.run('chmod', (rootStat.mode & 0o7777).toString(8), layer('upper'));
  if (rootStat.uid !== process.getuid?.() || rootStat.gid !== process.getgid?.()) {
    script.run('chown', `${rootStat.uid}:${rootStat.gid}`, layer('upper'));
  }
  const layers = `lowerdir=../../../cas/tree/${tree}/rootfs,upperdir=${layer('upper')},workdir=${layer('work')}`;
  script.attempt(
    'stage0: error setting up app image: error mounting',
    'mount',
    '-t',
    'overlay',
    '-o',
    layers,
    'overlay',
    root,
  );
}

const NO_METADATA_SERVICE = [
  'stage0: failed to register the pod: could not reach the metadata service.',
  'Make sure metadata service is currently running or use',
  '"rkt run --mds-register=false" to skip pod registration.',
].join('\n');

/** There is none to register with. @throws RktFailure in rkt's words */
export function refuseMetadataService(flags: Flags): void {
  if (flags.bool('mds-register')) throw new RktFailure(NO_METADATA_SERVICE);
}

/** The file `runtime-config` of a pod, in rkt's layout. */
export function runtimeConfig(flags: Flags, names: NameFiles): string {
  const mode = (kind: string) => (kind === 'text' ? 'stage0' : kind);
  return JSON.stringify({
    MetadataServiceURL: '',
    PrivateUsers: '',
    MDSToken: '',
    Hostname: flags.string('hostname'),
    Debug: flags.bool('debug'),
    Mutable: false,
    ResolvConfMode: mode(names.resolvConf.kind),
    EtcHostsMode: mode(names.hosts.kind),
    NetList: {},
    Interactive: flags.bool('interactive'),
    InsecureOptions: { DisablePaths: false, DisableCapabilities: false, DisableSeccomp: false },
    IPCMode: flags.string('ipc'),
  });
}
