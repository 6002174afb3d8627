import { GROUP } from '../../../model/field-groups.ts';
import { wholeAt, limitAt, type CgroupFile } from './cgroup-file.ts';
import { COLUMN } from './cgroup-row.ts';

/** The files of the pids controller, which are the same in both versions. */
export function pidsFiles(version: CgroupFile['version']): readonly CgroupFile[] {
  const shared = { version, controller: 'pids', groups: GROUP.pids } as const;
  return [
    {
      ...shared,
      name: 'pids.current',
      places: [COLUMN.pidCount.current],
      gate: 'none',
      parse: wholeAt(COLUMN.pidCount.current),
    },
    {
      ...shared,
      name: 'pids.peak',
      places: [COLUMN.pidCount.peak],
      gate: 'none',
      parse: wholeAt(COLUMN.pidCount.peak),
    },
    {
      ...shared,
      name: 'pids.max',
      places: [COLUMN.pidCount.limit],
      gate: 'slow',
      parse: limitAt(COLUMN.pidCount.limit),
    },
  ];
}
