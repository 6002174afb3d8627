import { lstatSync } from 'node:fs';

import type { UidRange } from '../../aci/uid-range.ts';
import { RktFailure, type RktContext } from '../../embedded-context.ts';
import type { LaunchScript } from '../../pods/launch-script.ts';
import { hostTool } from '../../pods/shell.ts';
import type { OciLinux } from './runtime-config-types.ts';

/** Directories that every user can reach, for mounts that only the pod's mount namespace has. */
const PLACES = ['/mnt', '/media', '/srv', '/opt'];

/** A root, relative to the pod's directory, and a name that no other one has. */
export interface NamedRoot {
  readonly name: string;
  readonly root: string;
}

/** The parts of a configuration that give a pod users of its own. */
export function userMappings({ shift, count }: UidRange): Pick<OciLinux, 'uidMappings' | 'gidMappings'> {
  const mapping = [{ containerID: 0, hostID: shift, size: count }];
  return { uidMappings: mapping, gidMappings: mapping };
}

/**
 * Adds the lines that mount the roots of apps where the users of the pod can reach them, which they cannot below rkt's data
 * directory, and ends with their paths. Nodes in them are no devices.
 *
 * @throws RktFailure when there is no place for them
 */
export function reachableRoots(
  { dir }: Pick<RktContext, 'dir'>,
  script: LaunchScript,
  roots: readonly NamedRoot[],
): readonly string[] {
  const place = PLACES.find((path) => isPlain(path) && !`${dir}/`.startsWith(`${path}/`));
  if (place === undefined)
    throw new RktFailure(
      `--private-users needs one of the directories ${PLACES.join(', ')} as a mount point`,
    );
  const failure = `run: cannot mount on ${place}`;
  script.attempt(
    failure,
    'mount',
    '-t',
    'tmpfs',
    '-o',
    'nosuid,nodev,noexec,mode=0755,size=64k',
    'roots',
    place,
  );
  return roots.map(({ name, root }) => {
    const path = `${place}/${name}`;
    script.attempt(failure, 'mkdir', path);
    script.attempt(failure, 'mount', '--bind', root, path);
    script.attempt(failure, 'mount', '-o', 'remount,bind,nodev', 'none', path);
    return path;
  });
}

/** Where a read-only /sys for the users of a pod is mounted, below the pod's directory. */
export const SYSTEM_DIR = 'oci/sys';

/**
 * Adds the lines that mount a /sys that shows the network of the pod, where its users have no right to mount one because the
 * network namespace is not theirs. A runtime would give them the host's own, and that writable.
 *
 * @param namespace the path of the network namespace; undefined for that of the host
 */
export function mountSystem(
  { env }: Pick<RktContext, 'env'>,
  script: LaunchScript,
  namespace: string | undefined,
): void {
  script.raw(`mkdir -p ${SYSTEM_DIR}`);
  const enter = namespace === undefined ? [] : [hostTool(env, 'nsenter'), `--net=${namespace}`];
  const options = 'ro,nosuid,nodev,noexec';
  script.attempt(
    'run: cannot mount /sys',
    ...enter,
    'mount',
    '-t',
    'sysfs',
    '-o',
    options,
    'sysfs',
    SYSTEM_DIR,
  );
}

function isPlain(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
