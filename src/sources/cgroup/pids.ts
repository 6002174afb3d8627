import { figureAt, limitAt, type CgroupFile } from './cgroup-file.ts';
import { FIGURE, GROUP } from './figures.ts';

/** The files of the pids controller, which are the same in both versions. */
export function pidsFiles(version: CgroupFile['version']): readonly CgroupFile[] {
  const shared = { version, controller: 'pids', groups: GROUP.pids } as const;
  return [
    {
      ...shared,
      name: 'pids.current',
      places: [FIGURE.pidsCurrent],
      gate: 'none',
      parse: figureAt(FIGURE.pidsCurrent),
    },
    {
      ...shared,
      name: 'pids.peak',
      places: [FIGURE.pidsPeak],
      gate: 'none',
      parse: figureAt(FIGURE.pidsPeak),
    },
    {
      ...shared,
      name: 'pids.max',
      places: [FIGURE.pidsLimit],
      gate: 'slow',
      parse: limitAt(FIGURE.pidsLimit),
    },
  ];
}
