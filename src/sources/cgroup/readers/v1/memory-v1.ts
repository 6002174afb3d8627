import { GROUP } from '../../../../model/field-groups.ts';
import { keyTable, type Parse } from '../bytes.ts';
import { wholeAt, keysAt, limitAt, type CgroupFile } from '../cgroup-file.ts';
import { COLUMN } from '../cgroup-row.ts';

interface SingleColumn extends Pick<CgroupFile, 'groups' | 'gate'> {
  readonly place: number;
  readonly parse?: Parse;
}

const file = (name: string, { groups, place, gate, parse = wholeAt(place) }: SingleColumn): CgroupFile => ({
  version: 'v1',
  controller: 'memory',
  name: `memory.${name}`,
  groups,
  places: [place],
  gate,
  parse,
});

/** `oom_kill` exists since Linux 4.13. */
const OOM_CONTROL = keysAt(keyTable({ oom_kill: [COLUMN.memory.oomKills, 1] }));

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
    places: [
      COLUMN.memory.rssBytes,
      COLUMN.memory.cacheBytes,
      COLUMN.memory.mappedFileBytes,
      COLUMN.memory.swapBytes,
      COLUMN.memory.pageFaults,
      COLUMN.memory.majorPageFaults,
      COLUMN.hidden.inactiveFileBytes,
    ],
    gate: 'slow',
    // Keys without `total_` do not include descendants.
    parse: keysAt(
      keyTable({
        total_rss: [COLUMN.memory.rssBytes, 1],
        total_cache: [COLUMN.memory.cacheBytes, 1],
        total_mapped_file: [COLUMN.memory.mappedFileBytes, 1],
        total_swap: [COLUMN.memory.swapBytes, 1],
        total_pgfault: [COLUMN.memory.pageFaults, 1],
        total_pgmajfault: [COLUMN.memory.majorPageFaults, 1],
        total_inactive_file: [COLUMN.hidden.inactiveFileBytes, 1],
      }),
    ),
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
  file('oom_control', {
    groups: GROUP.limits,
    place: COLUMN.memory.oomKills,
    gate: 'memory',
    parse: OOM_CONTROL,
  }),
];
