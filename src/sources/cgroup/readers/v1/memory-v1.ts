import { GROUP } from '../../../../model/field-groups.ts';
import { keyTable } from '../bytes.ts';
import { wholeAt, keysAt, limitAt, type CgroupFile } from '../cgroup-file.ts';
import { COLUMN } from '../cgroup-row.ts';

const file = (
  name: string,
  groups: number,
  place: number,
  gate: CgroupFile['gate'],
  parse = wholeAt(place),
): CgroupFile => ({
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
  file('usage_in_bytes', GROUP.memory | GROUP.memoryDetail, COLUMN.memory.usageBytes, 'none'),
  file('max_usage_in_bytes', GROUP.memory, COLUMN.memory.maxUsageBytes, 'memory'),
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
  file('kmem.usage_in_bytes', GROUP.kernelMemory, COLUMN.memory.kernelUsageBytes, 'memory'),
  file('kmem.max_usage_in_bytes', GROUP.kernelMemory, COLUMN.memory.kernelMaxUsageBytes, 'memory'),
  file('limit_in_bytes', GROUP.limits, COLUMN.memory.limitBytes, 'slow', limitAt(COLUMN.memory.limitBytes)),
  file(
    'soft_limit_in_bytes',
    GROUP.limits,
    COLUMN.memory.reservationBytes,
    'slow',
    limitAt(COLUMN.memory.reservationBytes),
  ),
  file('failcnt', GROUP.limits, COLUMN.memory.limitHits, 'memory'),
  file('oom_control', GROUP.limits, COLUMN.memory.oomKills, 'memory', OOM_CONTROL),
];
