import { posix } from 'node:path';

import { RktFailure } from '../embedded-context.ts';
import type { LaunchScript } from './launch-script.ts';
import type { RootfsView } from './rootfs-view.ts';

/** What the mounting functions need: the script to write, the view to keep in step, and the names of things. */
export interface MountSite {
  readonly script: LaunchScript;
  readonly view: RootfsView;
  /** The app's root, relative to the pod's directory. */
  readonly root: string;
  /** In a user namespace only whole trees of mounts can be bound. */
  readonly alwaysRecursive: boolean;
  /** `device:inode` of volumes that the caller has checked, by their name. */
  readonly identities: ReadonlyMap<string, string>;
}

/** A place in the app's root at which something is mounted or written. */
export interface Target {
  /** Absolute in the app, free of symbolic links. */
  readonly path: string;
  /** The deepest directory that exists, `''` for the root itself. */
  readonly existing: string;
  /** Names of the directories to be made below it, joined by slashes. */
  readonly missing: string;
  /** Name of the file in there; empty when the target is the directory itself. */
  readonly file: string;
  /** Its directory lies on a volume: others may change it at any time. */
  readonly isShared: boolean;
}

/**
 * Shell functions that work at a place of the app's root, `$root`.
 *
 * What Node saw may be another thing by now, where a volume is shared. So a directory is entered, `cd -P` says where it
 * has led, and everything is done relative to it: no symbolic link can lead an `mkdir` or a file out of the root. Something
 * else in the place of what was checked ends the launch with 253.
 */
export const TARGET_FUNCTIONS = `
replaced() {
  printf '%s\\n' "replaced since it was checked: \${1#"$root"}" >&2
  exit 253
}
within() {
  where=$root$1 missing=$2
  shift 2
  cd -P -- "$where" || exit 1
  [ "$PWD" = "$where" ] || replaced "$where"
  while [ -n "$missing" ]; do
    name=\${missing%%/*}
    where=$where/$name
    [ -d "./$name" ] || mkdir -- "./$name" || [ -d "./$name" ] || exit 1
    cd -P -- "./$name" || exit 1
    [ "$PWD" = "$where" ] || replaced "$where"
    case $missing in */*) missing=\${missing#*/} ;; *) missing= ;; esac
  done
  "$@"
}
create() {
  [ -e "./$1" ] || dd if=/dev/null of="./$1" conv=excl status=none || exit 1
}
attach() {
  identity=$1 name=$2
  shift 2
  ! [ -L "./$name" ] || replaced "$where/$name"
  if ! mount --no-canonicalize "$@" "./$name"; then
    for source do :; done
    [ -z "$identity" ] || [ "$(stat -c %d:%i -- "$source" 2>&1)" = "$identity" ] || replaced "$where/$name"
    exit 1
  fi
  [ -z "$identity" ] || [ "$(stat -c %d:%i -- "$where/$name")" = "$identity" ] || replaced "$where/$name"
}
copy() {
  ! [ -L "./$1" ] || replaced "$where/$1"
  printf %s "$2" >"./$1"
}
`;

/** Finds a place inside the root, and has it made where it is missing. @throws RktFailure in rkt's words */
export function prepareTarget(site: MountSite, path: string, directory: boolean): Target {
  const { script, view, root } = site;
  const found = view.resolve(path);
  const label = JSON.stringify(`${root}${path}`);
  if (found === undefined) throw new RktFailure(`can't create mount target ${label}: not a directory`);
  const place = found.path === '/' ? '' : found.path;
  const parent = directory ? place : posix.dirname(place).replace(/^\/$/, '');
  const existing = view.deepest(parent);
  const target = {
    path: found.path,
    existing,
    missing: parent.slice(existing.length + 1),
    file: directory ? '' : posix.basename(place),
    isShared: view.kindOf(existing) === 'volume',
  };
  if (found.stat !== undefined) return target;
  const hostDir = view.hostDirOf(found.path);
  if (hostDir !== undefined) {
    const why = `${hostDir} is the host's own, and ${found.path} does not exist there`;
    throw new RktFailure(`can't create mount target ${label}`, [why]);
  }
  const action = target.file === '' ? ['true'] : ['create', target.file];
  script.attempt(
    `run: cannot create mount target ${label}`,
    ...['within', target.existing, target.missing, ...action],
  );
  return { ...target, existing: parent, missing: '' };
}
