import { keyTable } from '../bytes.ts';
import { figureAt, keysAt, limitAt, type CgroupFile } from '../cgroup-file.ts';
import { FIGURE, GROUP } from '../figures.ts';

const file = (
  name: string,
  groups: number,
  place: number,
  gate: CgroupFile['gate'],
  parse = figureAt(place),
): CgroupFile => ({
  version: 'v1',
  controller: 'memory',
  name: `memory.${name}`,
  groups,
  places: [place],
  gate,
  parse,
});

/** `oom_kill` is there since Linux 4.13. */
const OOM_CONTROL = keysAt(keyTable({ oom_kill: [FIGURE.oomKills, 1] }));

/** Memory of the cgroup and all below it. */
export const MEMORY_V1_FILES: readonly CgroupFile[] = [
  file('usage_in_bytes', GROUP.memory | GROUP.memoryDetail, FIGURE.usageBytes, 'none'),
  file('max_usage_in_bytes', GROUP.memory, FIGURE.maxUsageBytes, 'memory'),
  {
    version: 'v1',
    controller: 'memory',
    name: 'memory.stat',
    groups: GROUP.memoryDetail,
    places: [
      FIGURE.rssBytes,
      FIGURE.cacheBytes,
      FIGURE.mappedFileBytes,
      FIGURE.swapBytes,
      FIGURE.inactiveFileBytes,
    ],
    gate: 'slow',
    // Those without `total_` leave out the cgroups below.
    parse: keysAt(
      keyTable({
        total_rss: [FIGURE.rssBytes, 1],
        total_cache: [FIGURE.cacheBytes, 1],
        total_mapped_file: [FIGURE.mappedFileBytes, 1],
        total_swap: [FIGURE.swapBytes, 1],
        total_inactive_file: [FIGURE.inactiveFileBytes, 1],
      }),
    ),
  },
  file('kmem.usage_in_bytes', GROUP.kernelMemory, FIGURE.kernelUsageBytes, 'memory'),
  file('kmem.max_usage_in_bytes', GROUP.kernelMemory, FIGURE.kernelMaxUsageBytes, 'memory'),
  file('limit_in_bytes', GROUP.limits, FIGURE.limitBytes, 'slow', limitAt(FIGURE.limitBytes)),
  file('failcnt', GROUP.limits, FIGURE.limitHits, 'memory'),
  file('oom_control', GROUP.limits, FIGURE.oomKills, 'memory', OOM_CONTROL),
];
