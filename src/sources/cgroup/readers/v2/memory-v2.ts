import { GROUP } from '../../../../model/field-groups.ts';
import { keyTable, parseLimit, type Parse } from '../bytes.ts';
import { wholeAt, keysAt, limitAt, type CgroupFile } from '../cgroup-file.ts';
import { COLUMN } from '../cgroup-row.ts';

interface SingleColumn extends Pick<CgroupFile, 'groups' | 'gate'> {
  readonly place: number;
  readonly parse?: Parse;
}

const file = (name: string, { groups, place, gate, parse = wholeAt(place) }: SingleColumn): CgroupFile => ({
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
    places: [COLUMN.memory.limitHits, COLUMN.memory.oomKills],
    gate: 'memory',
    parse: EVENTS,
  },
];
