import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';

import type { Flags } from '../command-line/args.ts';
import { RktFailure, type RktContext } from '../embedded-context.ts';
import type { NameFiles } from './dns.ts';
import type { LaunchScript } from './launch-script.ts';
import type { PodEntry } from './phases.ts';
import { podFile, readPodManifest } from './pod-info.ts';
import type { PodApp } from './pod-manifest.ts';
import { runDirectories, stage1Scripts, type RunDirectories } from './run-directories.ts';

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
  const scripts = stage1Scripts(ctx, stage1Tree);
  if (scripts !== undefined && !existsSync(join(pod.dir, 'stage1/rootfs/stop')))
    script.run('cp', '-a', '--', `${scripts}/.`, 'stage1/rootfs/');
  return sites;
}

interface PreparedApp {
  readonly pod: PodEntry;
  readonly app: PodApp;
  readonly stage1Tree: string;
}

function appSite(ctx: RktContext, script: LaunchScript, { pod, app, stage1Tree }: PreparedApp): AppSite {
  const tree = podFile(pod, `appsinfo/${app.name}/treeStoreID`);
  const usesOverlay = existsSync(join(pod.dir, 'overlay-prepared')) && tree !== undefined;
  const directories = runDirectories(app.name, stage1Tree, usesOverlay ? tree : undefined);
  const { root } = directories;
  const lower = usesOverlay ? join(ctx.dir, 'cas/tree', tree, 'rootfs') : join(pod.dir, root);
  const rootStat = statSync(lower, { throwIfNoEntry: false });
  if (rootStat === undefined) {
    throw new RktFailure(`stage0: error setting up app image: stat ${lower}: no such file or directory`);
  }
  make(script, pod, directories.stage1);
  if (usesOverlay) mountOverlay(script, { pod, tree, directories, rootStat });
  return { app, root, lower };
}

/** Makes the directories of a pod that are not there yet: it may have been prepared by another rkt. */
function make(script: LaunchScript, pod: PodEntry, paths: readonly string[]): void {
  const missing = paths.filter((path) => !existsSync(join(pod.dir, path)));
  if (missing.length === 0) return;
  script.endEarlyMounts();
  script.attempt(NO_DIRECTORIES, 'mkdir', '-p', ...missing);
}

/** An app's tree and the place it is mounted at. */
interface OverlayOrder {
  readonly pod: PodEntry;
  readonly tree: string;
  readonly directories: RunDirectories;
  readonly rootStat: { readonly mode: number; readonly uid: number; readonly gid: number };
}

/**
 * Mounts the app's tree with a layer of the pod's own on top.
 *
 * Paths are relative to the pod's directory, so that no path of the user gets into the option string. The root of the
 * result has the mode and owner of the upper directory.
 */
function mountOverlay(script: LaunchScript, { pod, tree, directories, rootStat }: OverlayOrder): void {
  const { root, layers } = directories;
  if (layers === undefined) return;
  const { upper, work, status } = layers;
  if (!existsSync(join(pod.dir, upper))) {
    script.endEarlyMounts();
    script.raw('umask 0027');
    make(script, pod, [upper, work, status]);
    script.raw('umask 0022');
    script.run('chmod', (rootStat.mode & 0o7777).toString(8), upper);
    if (rootStat.uid !== process.getuid?.() || rootStat.gid !== process.getgid?.())
      script.run('chown', `${rootStat.uid}:${rootStat.gid}`, upper);
  }
  const options = `lowerdir=../../../cas/tree/${tree}/rootfs,upperdir=${upper},workdir=${work}`;
  const failure = 'stage0: error setting up app image: error mounting';
  const early = { source: 'overlay', target: root, type: 'overlay', flags: 0, options };
  script.mount(early, () =>
    script.attempt(failure, 'mount', '-t', 'overlay', '-o', options, 'overlay', root),
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
