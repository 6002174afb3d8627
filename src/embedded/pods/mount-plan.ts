import { realpathSync, statSync, type BigIntStats } from 'node:fs';
import { posix } from 'node:path';

import { RktFailure, type RktContext } from '../embedded-context.ts';
import type { ManifestApp } from '../manifest/aci-manifest.ts';
import { REPLACED_EXIT } from './launch-script.ts';
import { prepareTarget, type MountSite, type Target } from './mount-target.ts';
import { mountOf, mountsWithin, readMounts, type Mount } from './mountinfo.ts';
import type { PodApp, PodManifest, PodVolume } from './pod-manifest.ts';

/** A volume with its place in the app. */
export interface PlannedMount {
  readonly volume: PodVolume;
  readonly path: string;
  readonly readOnly: boolean;
  /** The image declares it, and there is no volume for it. */
  readonly isImplicit?: boolean;
}

/** Options of a mount that a remount has to repeat: leaving one out would switch it off. */
const KEPT_OPTIONS = ['nosuid', 'nodev', 'noexec', 'noatime', 'nodiratime', 'relatime'];

/**
 * The mounts of an app: those of the pod manifest, then the image's mount points. Of a docker image these need no volume; such
 * an implicit one comes before what is mounted below it.
 *
 * @throws RktFailure in rkt's words
 */
export function planMounts(
  manifest: PodManifest,
  app: PodApp,
  runtimeApp: ManifestApp,
  isOfDocker = false,
): readonly PlannedMount[] {
  const implicit: PlannedMount[] = [];
  const fail = (problem: string) => new RktFailure("can't evaluate mounts", [problem]);
  const planned = new Map<string, PlannedMount>();
  const points = runtimeApp.mountPoints ?? [];
  const volumeOf = (name: string) => manifest.volumes?.find((volume) => volume.name === name);
  for (const mount of app.mounts ?? []) {
    const name = mount.volume;
    const volume = mount.appVolume ?? volumeOf(name);
    if (planned.has(name)) throw fail(`duplicate mount given: ${JSON.stringify(name)}`);
    if (volume === undefined) throw fail(`missing volume for mount ${JSON.stringify(name)}`);
    if (mount.path === '') throw fail(`the mount of volume ${JSON.stringify(name)} has no target`);
    const point = points.find((candidate) => candidate.path === mount.path);
    planned.set(name, { volume, path: mount.path, readOnly: volume.readOnly ?? point?.readOnly ?? false });
  }
  for (const point of points) {
    const volume = volumeOf(point.name);
    if (planned.has(point.name) || [...planned.values()].some((mount) => mount.path === point.path)) continue;
    if (volume === undefined && isOfDocker) {
      implicit.push({
        ...{ volume: { name: point.name, kind: 'empty' }, path: point.path },
        ...{ readOnly: point.readOnly ?? false, isImplicit: true },
      });
      continue;
    }
    if (volume === undefined) throw fail(`missing volume for mountpoint ${JSON.stringify(point.name)}`);
    planned.set(point.name, {
      volume,
      path: point.path,
      readOnly: volume.readOnly ?? point.readOnly ?? false,
    });
  }
  return withImplicit([...planned.values()], implicit);
}

function withImplicit(
  planned: readonly PlannedMount[],
  implicit: readonly PlannedMount[],
): readonly PlannedMount[] {
  const mounts = [...planned];
  for (const mount of implicit) {
    const below = mounts.findIndex(({ path }) => path.startsWith(`${mount.path.replace(/\/$/, '')}/`));
    mounts.splice(below < 0 ? mounts.length : below, 0, mount);
  }
  return mounts;
}

/** Binds one volume. @throws RktFailure in rkt's words */
export function mountVolume(site: MountSite, mount: PlannedMount): void {
  const { view, root, identities } = site;
  const { volume, path } = mount;
  const label = `${root}${path}`;
  if (volume.kind === 'empty') throw new RktFailure(mountProblem('', label, 4096), ['invalid argument']);
  const source = volume.source ?? '';
  const checked = identities.get(volume.name);
  const { stat, real } = lookAt(source, checked);
  const existing = view.resolve(path)?.stat;
  if (existing !== undefined && existing.isDirectory() !== stat.isDirectory()) {
    const [is, isNot] = stat.isDirectory() ? ['is a directory', 'is not'] : ['is not a directory', 'is'];
    throw new RktFailure(
      `can't mount because ${JSON.stringify(source)} ${is} while ${JSON.stringify(label)} ${isNot}`,
    );
  }
  const target = prepareTarget(site, path, stat.isDirectory());
  const recursive = volume.recursive === true || site.alwaysRecursive;
  const identity = checked ?? (target.isShared ? identityOf(stat) : '');
  const failure = mountFailure(source, label, recursive ? 20480 : 4096);
  attach(site, target, { failure, identity, words: [recursive ? '--rbind' : '--bind', real] });
  if (mount.readOnly) makeReadOnly(site, real, target, recursive);
  view.mount({ path: target.path, host: real, kind: 'volume' });
}

/** `device:inode` of the volumes that the caller has checked, from RKT_STREAMS_VOLUMES: `NAME=DEVICE:INODE …`. */
export function checkedIdentities({ env }: RktContext): ReadonlyMap<string, string> {
  const entries = (env['RKT_STREAMS_VOLUMES'] ?? '').split(' ').filter((entry) => entry !== '');
  return new Map(entries.map((entry) => entry.split('=', 2) as [string, string]));
}

/** The source of a volume; one that the caller has checked must still be the same. @throws RktFailure */
export function lookAt(
  source: string,
  checked: string | undefined,
): { readonly stat: BigIntStats; readonly real: string } {
  const stat = statSync(source, { throwIfNoEntry: false, bigint: true });
  if (checked !== undefined && (stat === undefined || identityOf(stat) !== checked)) {
    throw new RktFailure(`the volume ${source} has been replaced since it was checked`, [], REPLACED_EXIT);
  }
  if (stat === undefined) {
    throw new RktFailure(`stat of host path ${source}`, [`stat ${source}: no such file or directory`]);
  }
  return { stat, real: checked === undefined ? realpathSync(source) : source };
}

/** As `stat -c %d:%i` prints it. */
export function identityOf({ dev, ino }: BigIntStats): string {
  return `${dev}:${ino}`;
}

/** A call of mount(8) at a target. */
export interface Attachment {
  readonly failure: string;
  /** What the target must be afterwards. */
  readonly identity?: string;
  /** Without the target. */
  readonly words: readonly string[];
}

/** Mounts something at a target. */
export function attach(
  { script }: MountSite,
  target: Target,
  { failure, identity = '', words }: Attachment,
): void {
  const place = [target.existing, target.missing, 'attach', identity, target.file];
  script.attempt(failure, 'within', ...place, ...words);
}

/** A bind mount becomes read-only by a second mount call, each mount of a recursive one by its own. */
function makeReadOnly(site: MountSite, source: string, target: Target, recursive: boolean): void {
  const mounts = readMounts();
  const inner = recursive ? mountsWithin(mounts, source).filter((mount) => mount.target !== source) : [];
  const places = [
    { target, options: mountOf(mounts, source)?.options ?? [] },
    ...inner.map((mount) => ({ target: innerTarget(target, source, mount), options: mount.options })),
  ];
  for (const place of places) {
    const kept = KEPT_OPTIONS.filter((option) => place.options.includes(option));
    const words = ['-o', ['remount', 'bind', 'ro', ...kept].join(','), 'none'];
    attach(site, place.target, {
      failure: mountFailure('', `${site.root}${place.target.path}`, 4129),
      words,
    });
  }
}

/** Where a mount below a volume's source is seen in the app. */
function innerTarget(target: Target, source: string, mount: Mount): Target {
  const path = `${target.path}${mount.target.slice(source.length)}`;
  if (statSync(mount.target).isDirectory()) return { ...target, path, existing: path, missing: '', file: '' };
  return { ...target, path, existing: posix.dirname(path), missing: '', file: posix.basename(path) };
}

/** The message of a mount that fails, in rkt's words. */
export function mountFailure(source: string, target: string, flags: number): string {
  return `run: ${mountProblem(source, target, flags)}`;
}

function mountProblem(source: string, target: string, flags: number): string {
  return `can't mount ${JSON.stringify(source)} on ${JSON.stringify(target)} with flags ${flags}`;
}
