import { GROUP } from '../../../../model/field-groups.ts';
import { parseWhole, type Parse } from '../bytes.ts';
import { keyed, type CgroupFile } from '../cgroup-file.ts';
import { COLUMN } from '../cgroup-row.ts';

const MINUS = 45;
const NS_PER_US = 1_000;

/** The CPU quota of the cgroup, and throttling by it. */
export const CPU_V1_FILES: readonly CgroupFile[] = [
  {
    version: 'v1',
    controller: 'cpu',
    name: 'cpu.stat',
    groups: GROUP.throttling,
    gate: 'cpu',
    ...keyed({
      nr_periods: [COLUMN.cpu.periods, 1],
      nr_throttled: [COLUMN.cpu.throttledPeriods, 1],
      throttled_time: [COLUMN.cpu.throttledNs, 1],
    }),
  },
  ...quotaFile('cpu.cfs_quota_us', COLUMN.cpu.quotaNs),
  ...quotaFile('cpu.cfs_period_us', COLUMN.cpu.periodNs),
];

function quotaFile(name: string, place: number): readonly CgroupFile[] {
  const parse: Parse = (bytes, length, page, base) => {
    // -1 means no quota.
    const value = bytes[0] === MINUS ? NaN : parseWhole(bytes, length);
    page[base + place] = value * NS_PER_US;
    return value >= 0 || bytes[0] === MINUS;
  };
  return [
    { version: 'v1', controller: 'cpu', name, groups: GROUP.limits, places: [place], gate: 'slow', parse },
  ];
}
