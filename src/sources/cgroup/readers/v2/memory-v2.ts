import { GROUP } from '../../../../model/field-groups.ts';
import { keyTable, parseLimit } from '../bytes.ts';
import { wholeAt, keysAt, limitAt, type CgroupFile } from '../cgroup-file.ts';
import { COLUMN } from '../cgroup-row.ts';

const file = (
  name: string,
  groups: number,
  place: number,
  gate: CgroupFile['gate'],
  parse = wholeAt(place),
): CgroupFile => ({
  version: 'v2',
  controller: 'memory',
  name: `memory.${name}`,
  groups,
  places: [place],
  gate,
  parse,
});

/** 0 if nothing is reserved for the cgroup. */
function reservation(bytes: Uint8Array, length: number, page: Float64Array, base: number): boolean {
  const value = parseLimit(bytes, length);
  page[base + COLUMN.memory.reservationBytes] = value === undefined || value === 0 ? NaN : value;
  return value === undefined || value >= 0;
}

/** Includes descendants. */
const EVENTS = keysAt(keyTable({ max: [COLUMN.memory.limitHits, 1], oom_kill: [COLUMN.memory.oomKills, 1] }));

/**
 * Memory of the cgroup and its descendants. `memory.peak` exists since Linux 5.19, `kernel` of memory.stat since
 * 5.18.
 */
export const MEMORY_V2_FILES: readonly CgroupFile[] = [
  file('current', GROUP.memory | GROUP.memoryDetail, COLUMN.memory.usageBytes, 'none'),
  file('peak', GROUP.memory, COLUMN.memory.maxUsageBytes, 'memory'),
  {
    version: 'v2',
    controller: 'memory',
    name: 'memory.stat',
    groups: GROUP.memoryDetail | GROUP.kernelMemory,
    places: [
      COLUMN.memory.rssBytes,
      COLUMN.memory.cacheBytes,
      COLUMN.memory.mappedFileBytes,
      COLUMN.memory.kernelUsageBytes,
      COLUMN.memory.pageFaults,
      COLUMN.memory.majorPageFaults,
      COLUMN.hidden.inactiveFileBytes,
    ],
    gate: 'slow',
    parse: keysAt(
      keyTable({
        anon: [COLUMN.memory.rssBytes, 1],
        file: [COLUMN.memory.cacheBytes, 1],
        file_mapped: [COLUMN.memory.mappedFileBytes, 1],
        kernel: [COLUMN.memory.kernelUsageBytes, 1],
        pgfault: [COLUMN.memory.pageFaults, 1],
        pgmajfault: [COLUMN.memory.majorPageFaults, 1],
        inactive_file: [COLUMN.hidden.inactiveFileBytes, 1],
      }),
    ),
  },
  file('swap.current', GROUP.memoryDetail, COLUMN.memory.swapBytes, 'slow'),
  file('low', GROUP.limits, COLUMN.memory.reservationBytes, 'slow', reservation),
  file('max', GROUP.limits, COLUMN.memory.limitBytes, 'slow', limitAt(COLUMN.memory.limitBytes)),
  {
    version: 'v2',
    controller: 'memory',
    name: 'memory.events',
    groups: GROUP.limits,
    places: [COLUMN.memory.limitHits, COLUMN.memory.oomKills],
    gate: 'memory',
    parse: EVENTS,
  },
];
