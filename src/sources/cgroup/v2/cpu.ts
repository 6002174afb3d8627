import { keyTable } from '../bytes.ts';
import { keysAt, type CgroupFile } from '../cgroup-file.ts';
import { FIGURE, GROUP } from '../figures.ts';

const NS_PER_US = 1_000;

/**
 * CPU time and throttling of the cgroup and all below it.
 *
 * A v2 cgroup counts CPU time even while the cpu controller is off; throttling is told only while it is on.
 */
export const CPU_V2_FILES: readonly CgroupFile[] = [
  {
    version: 'v2',
    name: 'cpu.stat',
    groups: GROUP.cpu | GROUP.throttling,
    places: [
      FIGURE.totalNs,
      FIGURE.userNs,
      FIGURE.systemNs,
      FIGURE.periods,
      FIGURE.throttledPeriods,
      FIGURE.throttledNs,
    ],
    gate: 'none',
    parse: keysAt(
      keyTable({
        usage_usec: [FIGURE.totalNs, NS_PER_US],
        user_usec: [FIGURE.userNs, NS_PER_US],
        system_usec: [FIGURE.systemNs, NS_PER_US],
        nr_periods: [FIGURE.periods, 1],
        nr_throttled: [FIGURE.throttledPeriods, 1],
        throttled_usec: [FIGURE.throttledNs, NS_PER_US],
      }),
    ),
  },
];
