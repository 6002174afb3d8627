import { GROUP } from '../../../../model/field-groups.ts';
import { parseWhole, parseLimit } from '../bytes.ts';
import { keyed, type CgroupFile } from '../cgroup-file.ts';
import { COLUMN } from '../cgroup-row.ts';

const NS_PER_US = 1_000;
const SPACE = 32;

/**
 * CPU time and throttling of the cgroup and its descendants.
 *
 * A v2 cgroup counts CPU time even while the cpu controller is disabled, but throttling only while it is enabled.
 */
export const CPU_V2_FILES: readonly CgroupFile[] = [
  {
    version: 'v2',
    name: 'cpu.stat',
    groups: GROUP.cpu | GROUP.throttling,
    gate: 'none',
    ...keyed({
      usage_usec: [COLUMN.cpu.totalNs, NS_PER_US],
      user_usec: [COLUMN.cpu.userNs, NS_PER_US],
      system_usec: [COLUMN.cpu.systemNs, NS_PER_US],
      nr_periods: [COLUMN.cpu.periods, 1],
      nr_throttled: [COLUMN.cpu.throttledPeriods, 1],
      throttled_usec: [COLUMN.cpu.throttledNs, NS_PER_US],
    }),
  },
  {
    version: 'v2',
    controller: 'cpu',
    name: 'cpu.max',
    groups: GROUP.limits,
    places: [COLUMN.cpu.quotaNs, COLUMN.cpu.periodNs],
    gate: 'slow',
    parse: parseCpuMax,
  },
];

/** `50000 100000`, or `max` in place of the quota, both in µs. */
function parseCpuMax(bytes: Uint8Array, length: number, page: Float64Array, base: number): boolean {
  const space = bytes.subarray(0, length).indexOf(SPACE);
  if (space < 0) return false;
  const quota = parseLimit(bytes, space);
  const period = parseWhole(bytes.subarray(space + 1), length - space - 1);
  page[base + COLUMN.cpu.quotaNs] = (quota ?? NaN) * NS_PER_US;
  page[base + COLUMN.cpu.periodNs] = period * NS_PER_US;
  return (quota === undefined || quota >= 0) && period >= 0;
}
