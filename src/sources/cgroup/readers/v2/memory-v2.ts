import { GROUP } from '../../../../model/field-groups.ts';
import { parseLimit } from '../bytes.ts';
import { keyed, limitAt, type CgroupFile } from '../cgroup-file.ts';
import { COLUMN } from '../cgroup-row.ts';
import { memoryFile } from '../memory-file.ts';

const file = memoryFile('v2');

/** 0 if nothing is reserved for the cgroup. */
function reservation(bytes: Uint8Array, length: number, page: Float64Array, base: number): boolean {
  const value = parseLimit(bytes, length);
  page[base + COLUMN.memory.reservationBytes] = value === undefined || value === 0 ? NaN : value;
  return value === undefined || value >= 0;
}

/**
 * Memory of the cgroup and its descendants. `memory.peak` exists since Linux 5.19, `kernel` of memory.stat since
 * 5.18.
 */
export const MEMORY_V2_FILES: readonly CgroupFile[] = [
  file('current', {
    groups: GROUP.memory | GROUP.memoryDetail,
    place: COLUMN.memory.usageBytes,
    gate: 'none',
  }),
  file('peak', { groups: GROUP.memory, place: COLUMN.memory.maxUsageBytes, gate: 'memory' }),
  {
    version: 'v2',
    controller: 'memory',
    name: 'memory.stat',
    groups: GROUP.memoryDetail | GROUP.kernelMemory,
    gate: 'slow',
    ...keyed({
      anon: [COLUMN.memory.rssBytes, 1],
      file: [COLUMN.memory.cacheBytes, 1],
      file_mapped: [COLUMN.memory.mappedFileBytes, 1],
      kernel: [COLUMN.memory.kernelUsageBytes, 1],
      pgfault: [COLUMN.memory.pageFaults, 1],
      pgmajfault: [COLUMN.memory.majorPageFaults, 1],
      inactive_file: [COLUMN.hidden.inactiveFileBytes, 1],
    }),
  },
  file('swap.current', { groups: GROUP.memoryDetail, place: COLUMN.memory.swapBytes, gate: 'slow' }),
  file('low', {
    groups: GROUP.limits,
    place: COLUMN.memory.reservationBytes,
    gate: 'slow',
    parse: reservation,
  }),
  file('max', {
    groups: GROUP.limits,
    place: COLUMN.memory.limitBytes,
    gate: 'slow',
    parse: limitAt(COLUMN.memory.limitBytes),
  }),
  {
    version: 'v2',
    controller: 'memory',
    name: 'memory.events',
    groups: GROUP.limits,
    gate: 'memory',
    // Includes descendants.
    ...keyed({ max: [COLUMN.memory.limitHits, 1], oom_kill: [COLUMN.memory.oomKills, 1] }),
  },
];
