import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';

import type { Flags } from '../args.ts';
import { RktFailure, type RktContext } from '../context.ts';
import type { NameFiles } from './dns.ts';
import type { LaunchScript } from './launch-script.ts';
import type { PodEntry } from './phases.ts';
import { podFile, readPodManifest } from './pod-info.ts';
import type { PodApp } from './pod-manifest.ts';
import { RootfsView } from './rootfs-view.ts';
import { quote } from './shell.ts';

/** The app of a pod with its root. */
export interface AppSite {
  readonly app: PodApp;
  /** The app's root, relative to the pod's directory. */
  readonly root: string;
  /** What the app will see, in step with the mounts of the script. */
  readonly view: RootfsView;
}

/** What the first half of a launch needs. */
export interface Stage0Order {
  readonly pod: PodEntry;
  readonly flags: Flags;
  readonly names: NameFiles;
}

const NO_DIRECTORIES = 'run: cannot create directories of the pod';

const NO_METADATA_SERVICE = [
  'stage0: failed to register the pod: could not reach the metadata service.',
  'Make sure metadata service is currently running or use',
  '"rkt run --mds-register=false" to skip pod registration.',
].join('\n');

/**
 * First half of a launch: directories, overlay, runtime configuration, warnings.
 *
 * @throws RktFailure where the launch ends
 */
export function stage0(ctx: RktContext, script: LaunchScript, order: Stage0Order): AppSite {
  const { pod, flags } = order;
  const { apps } = readPodManifest(pod);
  const [app] = apps;
  if (app === undefined) throw new RktFailure('pod must contain at least one application');
  const root = `stage1/rootfs/opt/stage2/${app.name}/rootfs`;
  const stage1Tree = podFile(pod, 'stage1TreeStoreID') ?? '';
  const tree = podFile(pod, `appsinfo/${app.name}/treeStoreID`);
  const usesOverlay = existsSync(join(pod.dir, 'overlay-prepared')) && tree !== undefined;
  const lower = usesOverlay ? join(ctx.dir, 'cas/tree', tree, 'rootfs') : join(pod.dir, root);
  const rootStat = statSync(lower, { throwIfNoEntry: false });
  if (rootStat === undefined) {
    throw new RktFailure(`stage0: error setting up app image: stat ${lower}: no such file or directory`);
  }
  script.attempt(NO_DIRECTORIES, 'mkdir', '-p', root, 'stage1/rootfs/rkt/env', 'stage1/rootfs/rkt/status');
  if (usesOverlay) mountOverlay(script, { app, tree, root, stage1Tree, rootStat });
  // Scripts for a real rkt, which looks for them here.
  const scripts = join(ctx.dir, 'cas/tree', stage1Tree, 'rootfs');
  if (existsSync(join(scripts, 'stop'))) script.run('cp', '-a', '--', `${scripts}/.`, 'stage1/rootfs/');
  if (existsSync(join(pod.dir, 'private-users-prepared'))) {
    throw new RktFailure('user namespaces for pods (--private-users) are not supported by the embedded rkt');
  }
  warn(script, flags);
  script.write('runtime-config', runtimeConfig(order));
  if (apps.length > 1) throw new RktFailure('fly only supports 1 application per Pod for now');
  const view = new RootfsView(lower);
  linkMtab(script, view, root);
  return { app, root, view };
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

function warn(script: LaunchScript, flags: Flags): void {
  if (flags.string('ipc') !== '') {
    script.raw("printf '%s\\n' 'stage0: warning: --ipc option is not supported by stage1' >&2");
  }
  if (flags.bool('mds-register')) throw new RktFailure(NO_METADATA_SERVICE);
  if (flags.string('hostname') !== '') {
    script.raw("printf '%s\\n' 'Warning: -hostname not supported; ignoring'");
  }
}

function runtimeConfig({ flags, names }: Stage0Order): string {
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

/** Many programs still look for the mount table there. */
function linkMtab(script: LaunchScript, view: RootfsView, root: string): void {
  const etc = view.resolve('/etc');
  if (etc?.stat?.isDirectory() !== true || view.resolve('/etc/mtab')?.stat !== undefined) return;
  script.raw(`ln -s ../proc/self/mounts ${quote(`${root}${etc.path}/mtab`)} 2>/dev/null`);
}
