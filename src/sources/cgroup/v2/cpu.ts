import { GROUP } from '../../../model/field-groups.ts';
import { keyTable } from '../bytes.ts';
import { keysAt, type CgroupFile } from '../cgroup-file.ts';
import { COLUMN } from '../row.ts';

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
      COLUMN.cpu.totalNs,
      COLUMN.cpu.userNs,
      COLUMN.cpu.systemNs,
      COLUMN.cpu.periods,
      COLUMN.cpu.throttledPeriods,
      COLUMN.cpu.throttledNs,
    ],
    gate: 'none',
    parse: keysAt(
      keyTable({
        usage_usec: [COLUMN.cpu.totalNs, NS_PER_US],
        user_usec: [COLUMN.cpu.userNs, NS_PER_US],
        system_usec: [COLUMN.cpu.systemNs, NS_PER_US],
        nr_periods: [COLUMN.cpu.periods, 1],
        nr_throttled: [COLUMN.cpu.throttledPeriods, 1],
        throttled_usec: [COLUMN.cpu.throttledNs, NS_PER_US],
      }),
    ),
  },
];
