import { statSync } from 'node:fs';

import type { UidRange } from '../../aci/uid-range.ts';
import { RktFailure, type RktContext } from '../../embedded-context.ts';
import type { ManifestApp } from '../../manifest/manifest-types.ts';
import { copyImplicit, isDockerImage } from '../../pods/implicit-volume.ts';
import { checkedIdentities, lookAt, planMounts, type PlannedMount } from '../../pods/mount-plan.ts';
import type { MountSite } from '../../pods/mount-target.ts';
import type { PodApp, PodManifest, PodVolume } from '../../pods/pod-manifest.ts';
import { quote } from '../../pods/shell.ts';
import type { OciMount } from './runtime-config-types.ts';
import { volumeMount } from './oci-mounts.ts';

/** Where the sources of an app's volumes are mounted in its pod, by their numbers. */
const pinsOf = ({ name }: PodApp): string => `oci/volumes/${name}`;

/** The volumes of an app. */
export interface VolumesOrder {
  readonly manifest: PodManifest;
  readonly app: PodApp;
  readonly runtimeApp: ManifestApp;
  readonly image: Readonly<Record<string, unknown>> | undefined;
  readonly site: MountSite;
  /** The pod's directory while it runs. */
  readonly podDir: string;
  /** The users of the pod; absent for those of the host. */
  readonly users: UidRange | undefined;
}

/**
 * Adds the lines that prepare the volumes of an app, and ends with their mounts. Each source is mounted in the pod's directory
 * first, and compared there: afterwards it cannot be replaced.
 *
 * @throws RktFailure in rkt's words
 */
export function ociVolumes(ctx: RktContext, order: VolumesOrder): readonly OciMount[] {
  const { site } = order;
  const identities = checkedIdentities(ctx);
  const planned = planMounts(order.manifest, order.app, order.runtimeApp, isDockerImage(order.image));
  if (planned.length > 0) site.script.raw(`mkdir -p ${pinsOf(order.app)}`);
  return planned.map((mount, index) => {
    const { volume, path } = mount;
    if (volume.kind === 'host') return pinned(order, mount, index, identities.get(volume.name));
    const source = `${order.podDir}/sharedVolumes/${volume.name}`;
    site.script.raw(`root=$PWD/${quote(site.root)}`);
    if (mount.isImplicit === true) copyImplicit(site, mount, source);
    else makeEmpty(order, volume);
    site.view.mount({ path: placeOf(site, path), host: undefined, kind: 'own' });
    const options = { readOnly: mount.readOnly, recursive: false, hasDevices: false };
    return volumeMount({ source, destination: path, ...options });
  });
}

function makeEmpty({ site, users }: VolumesOrder, volume: PodVolume): void {
  const { shift = 0 } = users ?? {};
  const dir = `sharedVolumes/${volume.name}`;
  const failure = `run: cannot make the volume ${JSON.stringify(volume.name)}`;
  site.script.attempt(failure, 'mkdir', '-p', '--', dir);
  site.script.attempt(failure, 'chown', `${shift + (volume.uid ?? 0)}:${shift + (volume.gid ?? 0)}`, dir);
  site.script.attempt(failure, 'chmod', volume.mode ?? '0755', dir);
}

function pinned(
  order: VolumesOrder,
  mount: PlannedMount,
  index: number,
  checked: string | undefined,
): OciMount {
  const { site, podDir } = order;
  const { volume, path } = mount;
  const { stat, real } = lookAt(volume.source ?? '', checked);
  checkKind(site, mount, stat.isDirectory());
  const recursive = volume.recursive === true || site.alwaysRecursive;
  const pins = pinsOf(order.app);
  const pin = `${pins}/${index}`;
  const [directory, file] = stat.isDirectory() ? [`/${index}`, ''] : ['', String(index)];
  site.script.raw(`${stat.isDirectory() ? 'mkdir -p ' : ': >'}${pin}`).raw(`root=$PWD/${pins}`);
  const failure = `run: can't mount ${JSON.stringify(real)} on ${JSON.stringify(`${site.root}${path}`)}`;
  const words = [recursive ? '--rbind' : '--bind', real];
  site.script.attempt(failure, 'within', directory, '', 'attach', checked ?? '', file, ...words);
  // In a user namespace the runtime adds no options to a mount.
  const own = ['remount', 'bind', ...(mount.readOnly ? ['ro'] : []), ...(hasDevices(real) ? [] : ['nodev'])];
  if (order.users !== undefined) site.script.attempt(failure, 'mount', '-o', own.join(','), 'none', pin);
  site.view.mount({ path: placeOf(site, path), host: real, kind: 'volume' });
  const options = { readOnly: mount.readOnly, recursive, hasDevices: hasDevices(real) };
  return volumeMount({ source: `${podDir}/${pin}`, destination: path, ...options });
}

/** A directory cannot be mounted on a file. @throws RktFailure in rkt's words */
function checkKind(site: MountSite, { volume, path }: PlannedMount, isDirectory: boolean): void {
  const existing = site.view.resolve(path)?.stat;
  if (existing === undefined || existing.isDirectory() === isDirectory) return;
  const [is, isNot] = isDirectory ? ['is a directory', 'is not'] : ['is not a directory', 'is'];
  const label = JSON.stringify(`${site.root}${path}`);
  throw new RktFailure(`can't mount because ${JSON.stringify(volume.source)} ${is} while ${label} ${isNot}`);
}

/** Where a path leads to in the app, free of symbolic links. */
function placeOf({ view }: MountSite, path: string): string {
  return view.resolve(path)?.path ?? path;
}

/** True for a device, and for what lies in the host's /dev: that is given to an app on purpose. */
function hasDevices(path: string): boolean {
  const stat = statSync(path, { throwIfNoEntry: false });
  return /^\/dev(?:\/|$)/.test(path) || stat?.isCharacterDevice() === true || stat?.isBlockDevice() === true;
}
