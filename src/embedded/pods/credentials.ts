import { RktFailure } from '../context.ts';
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
}

/**
 * Resolves user and group inside the app's root. Memberships in /etc/group are not used, as in rkt.
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
  const gid = resolveId(view, wanted.group, 'group', rootLabel);
  return { uid, gid, groups: [...new Set([...wanted.supplementaryGids, gid])] };
}

function resolveId(view: RootfsView, name: string, kind: 'user' | 'group', rootLabel: string): number {
  const fail = (problem: string) => new RktFailure('failed to lookup process credentials', [problem]);
  if (/^\d+$/.test(name)) return Number(name);
  if (name.startsWith('/')) {
    const stat = view.resolve(name)?.stat;
    if (stat === undefined) throw fail(`stat ${rootLabel}${name}: no such file or directory`);
    return kind === 'user' ? stat.uid : stat.gid;
  }
  const file = kind === 'user' ? '/etc/passwd' : '/etc/group';
  const text = view.read(file);
  if (text === undefined) throw fail(`open ${rootLabel}${file}: no such file or directory`);
  const entry = text.split('\n').find((line) => line.split(':')[0] === name);
  const id = entry?.split(':')[2];
  if (id === undefined || !/^\d+$/.test(id)) throw fail(`${kind} ${JSON.stringify(name)} not found`);
  return Number(id);
}
