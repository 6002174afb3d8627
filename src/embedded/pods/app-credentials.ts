import { posix } from 'node:path';

import { RktFailure } from '../embedded-context.ts';
import type { ManifestApp } from '../manifest/manifest-types.ts';
import { isDockerImage } from './implicit-volume.ts';
import type { RootfsView } from './rootfs-view.ts';

/** Numeric identity of an app. */
export interface Credentials {
  readonly uid: number;
  readonly gid: number;
  /** All supplementary groups, the primary one included. */
  readonly groups: readonly number[];
}

/** What an app asks for: numbers, names of the image's /etc/passwd and /etc/group, or paths (their owner). */
export interface WantedCredentials {
  readonly user: string;
  readonly group: string;
  readonly supplementaryGids: readonly number[];
  /** The image's name for user and group where docker2aci made it and both are the same; else undefined. */
  readonly dockerUser?: string | undefined;
}

/** What an app section asks for. @param image manifest of its image, as it was stored with the pod */
export function wantedCredentials(
  app: Partial<Pick<ManifestApp, 'user' | 'group' | 'supplementaryGIDs'>>,
  image: Readonly<Record<string, unknown>> | undefined,
): WantedCredentials {
  return {
    user: app.user ?? '0',
    group: app.group ?? '0',
    supplementaryGids: app.supplementaryGIDs ?? [],
    dockerUser: dockerUserOf(image),
  };
}

/**
 * Resolves user and group inside the app's root, each in rkt's order: `root`, a number, a path, a name. Memberships in
 * /etc/group are not used, as in rkt.
 *
 * docker makes the uid the gid when an image names a user alone; docker2aci then writes the user's name as the group's, which
 * need not exist. So a group of such an image that is not found is the uid, unless another group was asked for.
 *
 * @param rootLabel the root as rkt names it in its messages
 * @throws RktFailure in rkt's words
 */
export function resolveCredentials(
  view: RootfsView,
  wanted: WantedCredentials,
  rootLabel: string,
): Credentials {
  const uid = resolveId(view, wanted.user, 'user', rootLabel);
  const gid = resolveGroup(view, wanted, uid, rootLabel);
  return { uid, gid, groups: [...new Set([...wanted.supplementaryGids, gid])] };
}

function resolveGroup(view: RootfsView, wanted: WantedCredentials, uid: number, rootLabel: string): number {
  try {
    return resolveId(view, wanted.group, 'group', rootLabel);
  } catch (error) {
    if (wanted.dockerUser === undefined || wanted.group !== wanted.dockerUser) throw error;
    return uid;
  }
}

function resolveId(view: RootfsView, name: string, kind: 'user' | 'group', rootLabel: string): number {
  const fail = (problem: string) => new RktFailure('failed to lookup process credentials', [problem]);
  if (name === 'root') return 0;
  if (/^\d+$/.test(name)) return Number(name);
  if (name.startsWith('/')) {
    const stat = ownerOf(view, name);
    if (stat === undefined) throw fail(`lstat ${rootLabel}${name}: no such file or directory`);
    return kind === 'user' ? stat.uid : stat.gid;
  }
  const file = kind === 'user' ? '/etc/passwd' : '/etc/group';
  const text = view.read(file);
  if (text === undefined) throw fail(`open ${rootLabel}${file}: no such file or directory`);
  // The last of several entries counts.
  const entry = text.split('\n').findLast((line) => line.split(':')[0] === name);
  const id = entry?.split(':')[2];
  if (id === undefined || !/^\d+$/.test(id)) throw fail(`${JSON.stringify(name)} ${kind} not found`);
  return Number(id);
}

/** Owner and group of a path; of a symlink, not of what it leads to. */
function ownerOf(view: RootfsView, path: string): { readonly uid: number; readonly gid: number } | undefined {
  const normal = posix.normalize(path);
  return normal === '/' ? view.resolve('/')?.stat : view.entry(posix.dirname(normal), posix.basename(normal));
}

function dockerUserOf(image: Readonly<Record<string, unknown>> | undefined): string | undefined {
  const { app } = (image ?? {}) as {
    readonly app?: { readonly user?: unknown; readonly group?: unknown } | null;
  };
  const { user, group } = app ?? {};
  return isDockerImage(image) && typeof user === 'string' && user === group ? user : undefined;
}
