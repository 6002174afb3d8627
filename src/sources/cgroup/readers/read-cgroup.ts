import { isRktError } from '../../../model/rkt-error.ts';
import { DEFAULT_FIELD_GROUPS, GROUP, groupMask, type GroupMask } from '../../../model/field-groups.ts';
import type { CpuStats, MemoryStats } from '../../../model/task-stats.ts';
import { createCgroupReader } from './cgroup-reader.ts';
import type { CgroupPlace } from '../cgroup-place.ts';
import { cpuCounters, memoryStats } from './row-stats.ts';

/** All metrics of the cgroup of a task at one moment. */
export interface CgroupReading {
  readonly version: 'v1' | 'v2';
  readonly cpu: CpuStats;
  readonly memory: MemoryStats;
}

/** Reads the directories of a task once. On a hybrid machine metrics of v1 take precedence over those of v2. */
export function readCgroup(
  place: CgroupPlace,
  paths: readonly string[],
  groups: GroupMask = groupMask(DEFAULT_FIELD_GROUPS),
): CgroupReading {
  const reader = createCgroupReader(place, { gate: false, maxStaleMs: 0, descriptorBudget: 0 });
  const cgroup = reader.open(paths);
  reader.read(cgroup, groups, 0, 0);
  return {
    version: cgroup.layout.version,
    cpu: cpuCounters(cgroup.row, groups),
    memory: memoryStats(cgroup.row, groups),
  };
}

/** The number of processes that the kernel killed because of the memory limit of this cgroup. */
export function readOomKills(place: CgroupPlace, paths: readonly string[]): number | undefined {
  try {
    return readCgroup(place, paths, GROUP.limits).memory.oomKills;
  } catch (error) {
    if (isRktError(error, 'RKT_ERR_CGROUP')) return undefined;
    throw error;
  }
}
