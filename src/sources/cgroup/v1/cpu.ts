import { keyTable } from '../bytes.ts';
import { keysAt, type CgroupFile } from '../cgroup-file.ts';
import { FIGURE, GROUP } from '../figures.ts';

/** Throttling of the cgroup by a CPU quota. */
export const CPU_V1_FILES: readonly CgroupFile[] = [
  {
    version: 'v1',
    controller: 'cpu',
    name: 'cpu.stat',
    groups: GROUP.throttling,
    places: [FIGURE.periods, FIGURE.throttledPeriods, FIGURE.throttledNs],
    gate: 'cpu',
    parse: keysAt(
      keyTable({
        nr_periods: [FIGURE.periods, 1],
        nr_throttled: [FIGURE.throttledPeriods, 1],
        throttled_time: [FIGURE.throttledNs, 1],
      }),
    ),
  },
];
