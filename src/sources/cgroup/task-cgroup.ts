import { join } from 'node:path';

import { isHierarchyRoot, type CgroupPlace } from './cgroup-place.ts';
import { killCgroup, pidsIn, resumeCgroup } from './manager/kill-cgroup.ts';
import { readCgroup, readOomKills, type CgroupReading } from './readers/read-cgroup.ts';
import { removeDirectories } from './manager/remove-cgroup.ts';

/** The cgroup of one task: a directory in each hierarchy (v1), or a single one (v2). */
export interface TaskCgroup {
  readonly paths: readonly string[];
  /** A process that writes its pid into each of these joins the cgroup. */
  readonly procsFiles: readonly string[];
  /** The processes in it and in its descendants. */
  pids(): Promise<readonly number[]>;
  /**
   * Sends a signal to every process. SIGKILL, the default, resolves when all have exited.
   *
   * @throws RKT_ERR_STOP when some outlive it, RKT_ERR_CGROUP when the cgroup contains this process or process 1
   */
  kill(signal?: NodeJS.Signals): Promise<void>;
  /** Continues stopped and frozen processes. */
  resume(): Promise<void>;
  /**
   * The number of processes that the kernel killed because of the memory limit; undefined if it does not count them.
   */
  oomKills(): number | undefined;
  /**
   * Removes the directories, and the parent after the last task. Kills nothing; a missing directory is not an error.
   *
   * @throws RKT_ERR_CGROUP when processes are left in it
   */
  remove(): Promise<void>;
  /**
   * The current metrics.
   *
   * @throws RKT_ERR_CGROUP when the cgroup is gone or none of its files can be read, RKT_ERR_CGROUP_PARSE for invalid
   * contents
   */
  read(): Promise<CgroupReading>;
}

/** The cgroup in these directories; the root of a hierarchy is never a task's and is skipped. */
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
