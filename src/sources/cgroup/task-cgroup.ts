import { join } from 'node:path';

import { isHierarchyRoot, type CgroupPlace } from './cgroup-place.ts';
import { killCgroup, pidsIn, resumeCgroup } from './manager/kill-cgroup.ts';
import { readCgroup, readOomKills, type CgroupReading } from './readers/read-cgroup.ts';
import { removeDirectories } from './manager/remove-cgroup.ts';

/** The cgroup of one task: a directory in each hierarchy (v1), or one in all (v2). */
export interface TaskCgroup {
  readonly paths: readonly string[];
  /** A process that writes its pid into each of these joins the cgroup. */
  readonly procsFiles: readonly string[];
  /** The processes in it and in the cgroups below it. */
  pids(): Promise<readonly number[]>;
  /**
   * Sends a signal to every process. SIGKILL, the default, resolves when all have ended.
   *
   * @throws RKT_ERR_STOP when some outlive it, RKT_ERR_CGROUP when the cgroup holds this process or process 1
   */
  kill(signal?: NodeJS.Signals): Promise<void>;
  /** Lets processes go on that somebody has stopped or frozen. */
  resume(): Promise<void>;
  /** How many processes the kernel has killed because of the memory limit; undefined where it does not count them. */
  oomKills(): number | undefined;
  /**
   * Removes the directories, and the parent when no other task is left. Kills nothing; what is gone already is no error.
   *
   * @throws RKT_ERR_CGROUP when processes are left in it
   */
  remove(): Promise<void>;
  /**
   * The figures of this moment.
   *
   * @throws RKT_ERR_CGROUP when the cgroup is gone or says nothing, RKT_ERR_CGROUP_PARSE when it says nonsense
   */
  read(): Promise<CgroupReading>;
}

/** The cgroup in these directories; a directory that is the root of a hierarchy is nobody's and left out. */
export function openCgroup(place: CgroupPlace, directories: readonly string[]): TaskCgroup {
  const paths = Object.freeze(directories.filter((directory) => !isHierarchyRoot(place, directory)));
  return {
    paths,
    procsFiles: Object.freeze(paths.map((path) => join(path, 'cgroup.procs'))),
    pids: () => Promise.resolve(pidsIn(paths)),
    kill: (signal = 'SIGKILL') => killCgroup(place, paths, signal),
    resume: () => resumeCgroup(place, paths),
    oomKills: () => readOomKills(place, paths),
    remove: () => removeDirectories(place, paths),
    read: () => Promise.resolve().then(() => readCgroup(place, paths)),
  };
}
