import { lstat, readlink } from 'node:fs/promises';
import { join, posix } from 'node:path';

/** A directory or file of the host at a place of an app's root. */
export interface PlacedOnHost {
  /** Absolute in the app, free of symbolic links. */
  readonly at: string;
  readonly host: string;
}

/** Where a path of an app leads to. */
export interface AppPath {
  /** Free of symbolic links as far as it exists; the rest as given. */
  readonly path: string;
  readonly isThere: boolean;
  /** The mount that it lies on. */
  readonly mount: PlacedOnHost;
}

/** As many as Linux follows. */
const MAX_LINKS = 40;

/**
 * Follows a path as an app will that is chrooted into these mounts, the first of which is its root; of two mounts at one place the
 * later one is on top. Nothing is mounted yet.
 *
 * @throws a system error ELOOP, and those of lstat(2) but ENOENT and ENOTDIR
 */
export async function resolveInApp(mounts: readonly PlacedOnHost[], path: string): Promise<AppPath> {
  const todo = namesOf(path);
  let here = '/';
  let links = 0;
  for (let name = todo.shift(); name !== undefined; name = todo.shift()) {
    const next = posix.join(here, name);
    const host = hostPath(mounts, next);
    const stat = await lstat(host).catch(unlessAbsent);
    if (stat === undefined && name !== '..') {
      const rest = posix.join(next, ...todo);
      return { path: rest, isThere: false, mount: mountOf(mounts, rest) };
    }
    // A mount at a place follows a link there when it is made.
    const isLink = stat?.isSymbolicLink() === true && mountOf(mounts, next).at !== next;
    if (!isLink) {
      here = next;
      continue;
    }
    links += 1;
    if (links > MAX_LINKS) throw Object.assign(new Error(`ELOOP: ${path}`), { code: 'ELOOP' });
    const target = await readlink(host);
    if (target.startsWith('/')) here = '/';
    todo.unshift(...namesOf(target));
  }
  return { path: here, isThere: true, mount: mountOf(mounts, here) };
}

function hostPath(mounts: readonly PlacedOnHost[], path: string): string {
  const { at, host } = mountOf(mounts, path);
  return join(host, posix.relative(at, path));
}

/** The mount that a path free of links lies on: the deepest, and of those at one place the latest. */
function mountOf(mounts: readonly PlacedOnHost[], path: string): PlacedOnHost {
  const holding = mounts.filter(({ at }) => at === '/' || path === at || path.startsWith(`${at}/`));
  return holding.reduce((deepest, mount) => (mount.at.length >= deepest.at.length ? mount : deepest));
}

function namesOf(path: string): string[] {
  return path.split('/').filter((name) => name !== '' && name !== '.');
}

function unlessAbsent(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT' && error.code !== 'ENOTDIR') throw error;
}
