import { realpathSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

import { RktFailure } from '../context.ts';
import type { ManifestApp } from '../manifest/image-manifest.ts';
import type { LaunchScript } from './launch-script.ts';
import { mountOf, mountsWithin, readMounts } from './mountinfo.ts';
import type { PodApp, PodManifest, PodVolume } from './pod-manifest.ts';
import type { RootfsView } from './rootfs-view.ts';

/** A volume with its place in the app. */
export interface PlannedMount {
  readonly volume: PodVolume;
  readonly path: string;
  readonly readOnly: boolean;
}

/** Host directories every app sees, in the order they are mounted. */
const HOST_DIRS = ['/dev', '/proc', '/sys'];

/** Options of a mount that a remount has to repeat: leaving one out would switch it off. */
const KEPT_OPTIONS = ['nosuid', 'nodev', 'noexec', 'noatime', 'nodiratime', 'relatime'];

/** The mounts of an app: those of the pod manifest, then the image's mount points. @throws RktFailure in rkt's words */
export function planMounts(
  manifest: PodManifest,
  app: PodApp,
  runtimeApp: ManifestApp,
): readonly PlannedMount[] {
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
    if (volume === undefined) throw fail(`missing volume for mountpoint ${JSON.stringify(point.name)}`);
    planned.set(point.name, {
      volume,
      path: point.path,
      readOnly: volume.readOnly ?? point.readOnly ?? false,
    });
  }
  return [...planned.values()];
}

/** What the mounting functions need: the script to write, the view to keep in step, and the names of things. */
export interface MountSite {
  readonly script: LaunchScript;
  readonly view: RootfsView;
  /** The app's root, relative to the pod's directory. */
  readonly root: string;
  /** In a user namespace only whole trees of mounts can be bound. */
  readonly alwaysRecursive: boolean;
}

/** /dev, /proc and /sys of the host, and a fresh /tmp. */
export function mountHostDirs(site: MountSite): void {
  const { script, view, root } = site;
  for (const dir of HOST_DIRS) {
    const target = prepareTarget(site, dir, true);
    script.attempt(mountFailure(dir, `${root}${dir}`, 20480), 'mount', '--rbind', dir, `${root}${target}`);
    view.mount({ path: target, host: dir });
  }
  const tmp = prepareTarget(site, '/tmp', true);
  script.attempt(mountFailure('tmpfs', `${root}/tmp`, 0), 'mount', '-t', 'tmpfs', 'tmpfs', `${root}${tmp}`);
  view.mount({ path: tmp, host: undefined });
}

/** Binds one volume. @throws RktFailure in rkt's words */
export function mountVolume(site: MountSite, mount: PlannedMount): void {
  const { script, view, root } = site;
  const { volume, path } = mount;
  const label = `${root}${path}`;
  if (volume.kind === 'empty') throw new RktFailure(mountProblem('', label, 4096), ['invalid argument']);
  const source = volume.source ?? '';
  const stat = statSync(source, { throwIfNoEntry: false });
  if (stat === undefined) {
    throw new RktFailure(`stat of host path ${source}`, [`stat ${source}: no such file or directory`]);
  }
  const existing = view.resolve(path)?.stat;
  if (existing !== undefined && existing.isDirectory() !== stat.isDirectory()) {
    const [is, isNot] = stat.isDirectory() ? ['is a directory', 'is not'] : ['is not a directory', 'is'];
    throw new RktFailure(
      `can't mount because ${JSON.stringify(source)} ${is} while ${JSON.stringify(label)} ${isNot}`,
    );
  }
  const target = prepareTarget(site, path, stat.isDirectory());
  const real = realpathSync(source);
  const recursive = volume.recursive === true || site.alwaysRecursive;
  script.attempt(
    mountFailure(source, label, recursive ? 20480 : 4096),
    'mount',
    recursive ? '--rbind' : '--bind',
    real,
    `${root}${target}`,
  );
  if (mount.readOnly) makeReadOnly(site, real, target, recursive);
  view.mount({ path: target, host: real });
}

/** A bind mount becomes read-only by a second mount call, each mount of a recursive one by its own. */
function makeReadOnly({ script, root }: MountSite, source: string, target: string, recursive: boolean): void {
  const mounts = readMounts();
  const inner = recursive ? mountsWithin(mounts, source).filter((mount) => mount.target !== source) : [];
  const places = [
    { target, options: mountOf(mounts, source)?.options ?? [] },
    ...inner.map((mount) => ({
      target: `${target}${mount.target.slice(source.length)}`,
      options: mount.options,
    })),
  ];
  for (const place of places) {
    const options = [
      'remount',
      'bind',
      'ro',
      ...KEPT_OPTIONS.filter((option) => place.options.includes(option)),
    ];
    script.attempt(
      mountFailure('', `${root}${place.target}`, 4129),
      'mount',
      '-o',
      options.join(','),
      `${root}${place.target}`,
    );
  }
}

/** Finds, and creates where missing, a mount target inside the root; returns its path without symlinks. */
export function prepareTarget({ script, view, root }: MountSite, path: string, directory: boolean): string {
  const found = view.resolve(path);
  const label = `${root}${path}`;
  if (found === undefined)
    throw new RktFailure(`can't create mount target ${JSON.stringify(label)}: not a directory`);
  if (found.stat !== undefined) return found.path;
  const target = `${root}${found.path}`;
  const failure = `run: cannot create mount target ${JSON.stringify(label)}`;
  script.attempt(failure, 'mkdir', '-p', '--', directory ? target : dirname(target));
  if (!directory) script.write(target, '');
  return found.path;
}

function mountFailure(source: string, target: string, flags: number): string {
  return `run: ${mountProblem(source, target, flags)}`;
}

function mountProblem(source: string, target: string, flags: number): string {
  return `can't mount ${JSON.stringify(source)} on ${JSON.stringify(target)} with flags ${flags}`;
}
