import { existsSync } from 'node:fs';

import { RktError } from '../model/rkt-error.ts';
import type { TaskSpec } from '../model/task-spec.ts';
import type { OpsContext } from './ops-context.ts';

type Cores = Pick<TaskSpec['resources'], 'cpusetCpus' | 'cpusetCgroup'>;

/**
 * The file by which a task without reserved cores joins the pool of unreserved ones, in a list; empty where there is no pool, or
 * it cannot be joined besides the task's own cgroup.
 *
 * @throws {@link RktError} RKT_ERR_CGROUP for a pool that does not exist
 */
export function poolProcsFiles(
  { cgroups }: Pick<OpsContext, 'cgroups'>,
  { cpusetCpus, cpusetCgroup }: Cores,
): readonly string[] {
  if (cpusetCgroup === undefined || cpusetCpus !== undefined) return [];
  const file = cgroups.poolProcsFile(cpusetCgroup);
  if (file === undefined) return [];
  if (!existsSync(file)) {
    const what = `The pool of cores ${cpusetCgroup} (cpuset_cgroup of the resources) does not exist`;
    throw new RktError('RKT_ERR_CGROUP', what);
  }
  return [file];
}

/**
 * The environment of a shell that becomes a task with reserved cores, or a command in it: it takes the CPU affinity of the driver
 * off, with which the task would have fewer cores.
 */
export function coresVariable({ cpusetCpus }: Cores): Readonly<Record<string, string>> {
  return cpusetCpus === undefined ? {} : { RKT_STREAMS_CPUS: cpusetCpus };
}
