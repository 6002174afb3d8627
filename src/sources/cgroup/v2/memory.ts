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
  version: 'v2',
  controller: 'memory',
  name: `memory.${name}`,
  groups,
  places: [place],
  gate,
  parse,
});

/** Counts the cgroups below as well. */
const EVENTS = keysAt(keyTable({ max: [FIGURE.limitHits, 1], oom_kill: [FIGURE.oomKills, 1] }));

/** Memory of the cgroup and all below it. `memory.peak` is there since Linux 5.19, `kernel` of memory.stat since 5.18. */
export const MEMORY_V2_FILES: readonly CgroupFile[] = [
  file('current', GROUP.memory | GROUP.memoryDetail, FIGURE.usageBytes, 'none'),
  file('peak', GROUP.memory, FIGURE.maxUsageBytes, 'memory'),
  {
    version: 'v2',
    controller: 'memory',
    name: 'memory.stat',
    groups: GROUP.memoryDetail | GROUP.kernelMemory,
    places: [
      FIGURE.rssBytes,
      FIGURE.cacheBytes,
      FIGURE.mappedFileBytes,
      FIGURE.kernelUsageBytes,
      FIGURE.inactiveFileBytes,
    ],
    gate: 'slow',
    parse: keysAt(
      keyTable({
        anon: [FIGURE.rssBytes, 1],
        file: [FIGURE.cacheBytes, 1],
        file_mapped: [FIGURE.mappedFileBytes, 1],
        kernel: [FIGURE.kernelUsageBytes, 1],
        inactive_file: [FIGURE.inactiveFileBytes, 1],
      }),
    ),
  },
  file('swap.current', GROUP.memoryDetail, FIGURE.swapBytes, 'slow'),
  file('max', GROUP.limits, FIGURE.limitBytes, 'slow', limitAt(FIGURE.limitBytes)),
  {
    version: 'v2',
    controller: 'memory',
    name: 'memory.events',
    groups: GROUP.limits,
    places: [FIGURE.limitHits, FIGURE.oomKills],
    gate: 'memory',
    parse: EVENTS,
  },
];
