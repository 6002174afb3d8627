import { GROUP } from '../../../model/field-groups.ts';
import { keyTable } from '../bytes.ts';
import { keysAt, type CgroupFile } from '../cgroup-file.ts';
import { COLUMN } from '../row.ts';

/** Throttling of the cgroup by a CPU quota. */
export const CPU_V1_FILES: readonly CgroupFile[] = [
  {
    version: 'v1',
    controller: 'cpu',
    name: 'cpu.stat',
    groups: GROUP.throttling,
    places: [COLUMN.cpu.periods, COLUMN.cpu.throttledPeriods, COLUMN.cpu.throttledNs],
    gate: 'cpu',
    parse: keysAt(
      keyTable({
        nr_periods: [COLUMN.cpu.periods, 1],
        nr_throttled: [COLUMN.cpu.throttledPeriods, 1],
        throttled_time: [COLUMN.cpu.throttledNs, 1],
      }),
    ),
  },
];
