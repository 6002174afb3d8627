import { readKernelFile } from '../kernel-file.ts';
import { createCgroupReader, type CgroupReader, type CgroupReaderOptions } from './readers/cgroup-reader.ts';
import { cgroupDirectories, createCgroup } from './manager/create-cgroup.ts';
import { listCgroups, type NamedCgroup } from './manager/list-cgroups.ts';
import { directoryOf, findHierarchies, hierarchyOf, type Hierarchy } from './hierarchies.ts';
import type { CgroupLimits } from './manager/limits.ts';
import { openCgroup, type TaskCgroup } from './task-cgroup.ts';

export type { TaskCgroup } from './task-cgroup.ts';

/** The cgroups of tasks on this machine. */
export interface Cgroups {
  /** The version for new cgroups: `v1` on hybrid machines too, `none` when no hierarchy is mounted and writable. */
  readonly version: 'v1' | 'v2' | 'none';
  /**
   * Creates the cgroup of a task below the parent, in every hierarchy that counts or limits something.
   *
   * A name that is not a safe directory name is replaced by {@link cgroupName} of it. An empty leftover of the same
   * name is replaced, so that counters start at 0.
   *
   * @throws RKT_ERR_CGROUP when a directory or a limit cannot be created; nothing is left behind then
   */
  create(name: string, limits: CgroupLimits): Promise<TaskCgroup>;
  /** The directories that {@link Cgroups.create} would create, so that they can be recorded in advance. */
  pathsFor(name: string, limits: CgroupLimits): readonly string[];
  /** The cgroups below the parent, of any driver: each with its name, and its directory in each hierarchy. */
  list(): readonly NamedCgroup[];
  /** The cgroup in these directories, as returned by {@link TaskCgroup.paths} earlier. Accesses nothing. */
  open(paths: readonly string[]): TaskCgroup;
  /**
   * Reads the metrics of many cgroups repeatedly. Nothing is open before it is read; {@link CgroupReader.close}
   * closes.
   */
  reader(options: CgroupReaderOptions): CgroupReader;
  /**
   * The file by which a process joins a pool of cores that others maintain, besides the cgroup of its task. Undefined where that
   * is not possible: the pool has to be in a v1 hierarchy with the cpuset controller alone.
   */
  poolProcsFile(directory: string): string | undefined;
  /** The absolute cgroup directories of a process, one per hierarchy; empty when the process is gone. */
  ofProcess(pid: number): Promise<readonly string[]>;
}

/** Where cgroups are found and created. */
export interface CgroupOptions {
  readonly root?: string;
  /** Relative path of the parent of the cgroups of all tasks. */
  readonly parent?: string;
  readonly procRoot?: string;
}

/** Finds the cgroup hierarchies of this machine. Never fails: a machine without them has the version `none`. */
export async function detectCgroups(options: CgroupOptions = {}): Promise<Cgroups> {
  const { root = '/sys/fs/cgroup', parent = 'rkt-streams', procRoot = '/proc' } = options;
  const hierarchies = await findHierarchies(root, procRoot);
  const place = { hierarchies, parent: parent.split('/').filter((part) => part !== ''), procRoot };
  return {
    version: versionOf(hierarchies),
    create: async (name, limits) => openCgroup(place, await createCgroup(place, name, limits)),
    pathsFor: (name, limits) => cgroupDirectories(place, name, limits),
    list: () => listCgroups(place),
    open: (paths) => openCgroup(place, paths),
    reader: (readerOptions) => createCgroupReader(place, readerOptions),
    poolProcsFile: (directory) => {
      const { version, controllers = [] } = hierarchyOf(hierarchies, directory) ?? {};
      const isApart = version === 'v1' && controllers.every((name) => name === 'cpuset');
      return isApart ? `${directory}/cgroup.procs` : undefined;
    },
    ofProcess: (pid) => {
      const cgroups = readKernelFile(`${procRoot}/${pid}/cgroup`) ?? '';
      const directories = hierarchies.map((hierarchy) => directoryOf(hierarchy, cgroups));
      return Promise.resolve(directories.filter((directory) => directory !== undefined));
    },
  };
}

function versionOf(hierarchies: readonly Hierarchy[]): Cgroups['version'] {
  const writable = hierarchies.filter(({ base }) => base !== undefined);
  if (writable.some(({ version }) => version === 'v1')) return 'v1';
  return writable.length > 0 ? 'v2' : 'none';
}
