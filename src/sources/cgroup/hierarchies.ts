import { access, constants } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';

import { readKernelFile } from '../kernel-file.ts';
import { unescapeOctal } from '../mounts.ts';

/** One mounted cgroup hierarchy. */
export interface Hierarchy {
  readonly version: 'v1' | 'v2';
  /** v1: those of the mount; v2: those that its root cgroup offers. */
  readonly controllers: readonly string[];
  readonly mountPoint: string;
  /** The cgroup that the mount point shows: `/` except for bind mounts in containers. */
  readonly mountRoot: string;
  /**
   * Where cgroups can be created: the mount point, else (v2) the parent of the caller's cgroup, else that cgroup
   * itself, which in v2 contains processes and so cannot enable controllers; undefined when none is writable.
   */
  readonly base: string | undefined;
}

/** The controllers that measure or limit a task. */
const TASK_CONTROLLERS = new Set(['cpu', 'cpuacct', 'memory', 'blkio', 'io', 'pids', 'freezer', 'cpuset']);

type Mount = Omit<Hierarchy, 'base'>;

/** The relevant hierarchies mounted at or below `root`: v1 by controller, and v2. */
export async function findHierarchies(root: string, procRoot: string): Promise<readonly Hierarchy[]> {
  const mountInfo = readKernelFile(`${procRoot}/self/mountinfo`) ?? '';
  const ownCgroups = readKernelFile(`${procRoot}/self/cgroup`) ?? '';
  const mounts = parseCgroupMounts(mountInfo).filter(
    ({ mountPoint }) => mountPoint === root || mountPoint.startsWith(`${root}/`),
  );
  return Promise.all(
    mounts.map(async (found) => {
      const mount =
        found.version === 'v2' ? { ...found, controllers: v2Controllers(found.mountPoint) } : found;
      const own = directoryOf(mount, ownCgroups);
      return { ...mount, base: await firstWritable([mount.mountPoint, ...delegated(mount, own)]) };
    }),
  );
}

/**
 * The cgroup mounts of a mountinfo file, one per hierarchy.
 *
 * Of mounts stacked on one mount point the last one is used; of several mounts of one hierarchy the first.
 */
export function parseCgroupMounts(mountInfo: string): readonly Mount[] {
  const byMountPoint = new Map<string, Mount>();
  for (const line of mountInfo.split('\n')) {
    const mount = parseMount(line);
    if (mount !== undefined) byMountPoint.set(mount.mountPoint, mount);
  }
  const byHierarchy = new Map<string, Mount>();
  for (const mount of byMountPoint.values()) {
    const key = hierarchyKey(mount);
    if (!byHierarchy.has(key)) byHierarchy.set(key, mount);
  }
  return [...byHierarchy.values()];
}

/** The absolute directory of a process in this hierarchy, from its /proc/PID/cgroup; undefined when not visible. */
export function directoryOf(mount: Mount, processCgroups: string): string | undefined {
  for (const line of processCgroups.split('\n')) {
    const [, id, names, path] = /^(\d+):([^:]*):(\/.*)$/.exec(line) ?? [];
    if (id === undefined || names === undefined || path === undefined) continue;
    const matches =
      mount.version === 'v2'
        ? id === '0' && names === ''
        : names.split(',').some((name) => mount.controllers.includes(name));
    if (!matches) continue;
    const below = relative(mount.mountRoot, path);
    // A path outside the cgroup namespace begins with "/..", one outside the mount leads out of its root.
    const isVisible = ![path, below].some((text) => text.split('/').includes('..'));
    return isVisible ? join(mount.mountPoint, below) : undefined;
  }
  return undefined;
}

/** The hierarchy that contains an absolute cgroup directory, and whether it is the root. */
export function hierarchyOf<T extends Mount>(hierarchies: readonly T[], directory: string): T | undefined {
  return hierarchies
    .filter(({ mountPoint }) => directory === mountPoint || directory.startsWith(`${mountPoint}/`))
    .sort((a, b) => b.mountPoint.length - a.mountPoint.length)[0];
}

function parseMount(line: string): Mount | undefined {
  const [fields = '', tail] = line.split(' - ');
  if (tail === undefined) return undefined;
  const [, , , rootField, mountPointField] = fields.split(' ');
  const [fsType, , superOptions = ''] = tail.split(' ');
  if (rootField === undefined || mountPointField === undefined) return undefined;
  const place = { mountRoot: unescapeOctal(rootField), mountPoint: unescapeOctal(mountPointField) };
  if (fsType === 'cgroup2') return { ...place, version: 'v2', controllers: [] };
  if (fsType !== 'cgroup') return undefined;
  const controllers = superOptions.split(',').filter((option) => TASK_CONTROLLERS.has(option));
  return controllers.length === 0 ? undefined : { ...place, version: 'v1', controllers };
}

function hierarchyKey({ version, controllers }: Mount): string {
  return `${version} ${controllers.join(',')}`;
}

function v2Controllers(mountPoint: string): readonly string[] {
  const offered = (readKernelFile(`${mountPoint}/cgroup.controllers`) ?? '').split(/\s+/);
  return offered.filter((name) => TASK_CONTROLLERS.has(name));
}

/** The cgroups that may have been delegated to a caller other than root. */
function delegated({ version, mountPoint }: Mount, own: string | undefined): readonly string[] {
  if (own === undefined || own === mountPoint) return [];
  return version === 'v2' ? [dirname(own), own] : [own];
}

async function firstWritable(directories: readonly string[]): Promise<string | undefined> {
  for (const directory of directories) {
    const writable = await access(directory, constants.W_OK).then(
      () => true,
      () => false,
    );
    if (writable) return directory;
  }
  return undefined;
}
