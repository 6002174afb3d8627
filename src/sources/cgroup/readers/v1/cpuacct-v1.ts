import { GROUP } from '../../../../model/field-groups.ts';
import { NS_PER_SECOND } from '../../../../model/units.ts';
import { wholeAt, keyed, type CgroupFile } from '../cgroup-file.ts';
import { COLUMN } from '../cgroup-row.ts';

/** `cpuacct.stat` counts in USER_HZ, which is 100 on every Linux. */
const NS_PER_TICK = NS_PER_SECOND / 100;

/** CPU time of the cgroup and its descendants: the total in ns, user and system in steps of 10 ms. */
export const CPUACCT_FILES: readonly CgroupFile[] = [
  {
    version: 'v1',
    controller: 'cpuacct',
    name: 'cpuacct.usage',
    groups: GROUP.cpu,
    places: [COLUMN.cpu.totalNs],
    gate: 'none',
    parse: wholeAt(COLUMN.cpu.totalNs),
  },
  {
    version: 'v1',
    controller: 'cpuacct',
    name: 'cpuacct.stat',
    groups: GROUP.cpu,
    gate: 'cpu',
    ...keyed({ user: [COLUMN.cpu.userNs, NS_PER_TICK], system: [COLUMN.cpu.systemNs, NS_PER_TICK] }),
  },
];
