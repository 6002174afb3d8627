import { GROUP } from '../../../../model/field-groups.ts';
import { keyed, limitAt, type CgroupFile } from '../cgroup-file.ts';
import { COLUMN } from '../cgroup-row.ts';
import { memoryFile } from '../memory-file.ts';

const file = memoryFile('v1');

/** Memory of the cgroup and its descendants. */
export const MEMORY_V1_FILES: readonly CgroupFile[] = [
  file('usage_in_bytes', {
    groups: GROUP.memory | GROUP.memoryDetail,
    place: COLUMN.memory.usageBytes,
    gate: 'none',
  }),
  file('max_usage_in_bytes', { groups: GROUP.memory, place: COLUMN.memory.maxUsageBytes, gate: 'memory' }),
  {
    version: 'v1',
    controller: 'memory',
    name: 'memory.stat',
    groups: GROUP.memoryDetail,
    gate: 'slow',
    // Keys without `total_` do not include descendants.
    ...keyed({
      total_rss: [COLUMN.memory.rssBytes, 1],
      total_cache: [COLUMN.memory.cacheBytes, 1],
      total_mapped_file: [COLUMN.memory.mappedFileBytes, 1],
      total_swap: [COLUMN.memory.swapBytes, 1],
      total_pgfault: [COLUMN.memory.pageFaults, 1],
      total_pgmajfault: [COLUMN.memory.majorPageFaults, 1],
      total_inactive_file: [COLUMN.hidden.inactiveFileBytes, 1],
    }),
  },
  file('kmem.usage_in_bytes', {
    groups: GROUP.kernelMemory,
    place: COLUMN.memory.kernelUsageBytes,
    gate: 'memory',
  }),
  file('kmem.max_usage_in_bytes', {
    groups: GROUP.kernelMemory,
    place: COLUMN.memory.kernelMaxUsageBytes,
    gate: 'memory',
  }),
  file('limit_in_bytes', {
    groups: GROUP.limits,
    place: COLUMN.memory.limitBytes,
    gate: 'slow',
    parse: limitAt(COLUMN.memory.limitBytes),
  }),
  file('soft_limit_in_bytes', {
    groups: GROUP.limits,
    place: COLUMN.memory.reservationBytes,
    gate: 'slow',
    parse: limitAt(COLUMN.memory.reservationBytes),
  }),
  file('failcnt', { groups: GROUP.limits, place: COLUMN.memory.limitHits, gate: 'memory' }),
  {
    version: 'v1',
    controller: 'memory',
    name: 'memory.oom_control',
    groups: GROUP.limits,
    gate: 'memory',
    // `oom_kill` exists since Linux 4.13.
    ...keyed({ oom_kill: [COLUMN.memory.oomKills, 1] }),
  },
];
