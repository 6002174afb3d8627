import type { GroupMask } from '../../../model/field-groups.ts';
import type { CgroupFile, LaidOutFile, MotionFiles } from './cgroup-file.ts';
import type { CgroupPlace } from '../cgroup-place.ts';
import { COLUMN } from './cgroup-row.ts';
import { hierarchyOf } from '../hierarchies.ts';
import { pidsFiles } from './pids.ts';
import { createPlan, type ReadingPlan } from './reading-plan.ts';
import { BLKIO_FILES } from './v1/blkio-v1.ts';
import { createSlotPool, type SlotPool } from './slot-pool.ts';
import { CPU_V1_FILES } from './v1/cpu-v1.ts';
import { CPUACCT_FILES } from './v1/cpuacct-v1.ts';
import { MEMORY_V1_FILES } from './v1/memory-v1.ts';
import { CPU_V2_FILES } from './v2/cpu-v2.ts';
import { IO_FILES } from './v2/io-v2.ts';
import { MEMORY_V2_FILES } from './v2/memory-v2.ts';
import { PRESSURE_FILES } from './v2/pressure-v2.ts';

/** Files of v2 come first, so that on a hybrid machine those of v1 override them. */
const ALL_FILES: readonly CgroupFile[] = [
  ...CPU_V2_FILES,
  ...MEMORY_V2_FILES,
  ...IO_FILES,
  ...pidsFiles('v2'),
  ...PRESSURE_FILES,
  ...CPUACCT_FILES,
  ...CPU_V1_FILES,
  ...MEMORY_V1_FILES,
  ...BLKIO_FILES,
  ...pidsFiles('v1'),
];

/** The files of tasks with directories of the same kinds. These tasks share one layout. */
export interface Layout {
  readonly version: 'v1' | 'v2';
  readonly files: readonly LaidOutFile[];
  /** The bits of the files whose absence makes v2 fill in. */
  readonly superseding: number;
  /** Undefined when CPU time or memory are not counted. */
  readonly motion: MotionFiles | undefined;
  /** For the descriptors of its tasks. */
  readonly slots: SlotPool;
  /** The reading plan for a set of groups. */
  planFor(groups: GroupMask): ReadingPlan;
}

/** Finds the layout of a task's directories. */
export function createLayouts({ hierarchies }: CgroupPlace): (paths: readonly string[]) => Layout {
  const layouts = new Map<string, Layout>();
  return (paths) => {
    const directories = paths.map((path) => hierarchyOf(hierarchies, path));
    const key = directories.map((found) => found?.mountPoint ?? '').join('\n');
    const layout = layouts.get(key) ?? layOut(directories);
    layouts.set(key, layout);
    return layout;
  };
}

type Directory = Pick<CgroupPlace['hierarchies'][number], 'version' | 'controllers'> | undefined;

function layOut(directories: readonly Directory[]): Layout {
  const placed = ALL_FILES.flatMap((file) => {
    const directory = directories.findIndex((found) => found !== undefined && isIn(file, found));
    return directory < 0 ? [] : [{ ...file, directory }];
  }).map((file, slot) => ({ ...file, slot }));
  const files = placed.map((file) => ({ ...file, supersededBy: supersededBy(file, placed) }));
  const plans = new Map<GroupMask, ReadingPlan>();
  return {
    version: directories.some((found) => found?.version === 'v1') ? 'v1' : 'v2',
    files,
    superseding: files.reduce((bits, file) => bits | file.supersededBy, 0),
    motion: motionOf(files),
    slots: createSlotPool(files.length),
    planFor(groups) {
      const plan = plans.get(groups) ?? createPlan(files, groups);
      plans.set(groups, plan);
      return plan;
    },
  };
}

/** Of two files with the same column the later one counts. */
function motionOf(files: readonly LaidOutFile[]): MotionFiles | undefined {
  const [cpu, memory] = [COLUMN.cpu.totalNs, COLUMN.memory.usageBytes].map((column) =>
    files.findLast(({ places, supersededBy }) => supersededBy === 0 && places.includes(column)),
  );
  return cpu === undefined || memory === undefined ? undefined : { cpu, memory };
}

function isIn({ version, controller }: CgroupFile, found: NonNullable<Directory>): boolean {
  if (version !== found.version) return false;
  return controller === undefined || found.controllers.includes(controller);
}

function supersededBy(file: CgroupFile, placed: readonly (CgroupFile & { readonly slot: number })[]): number {
  if (file.version === 'v1' && file.role !== 'fallback') return 0;
  const providers = file.places.map((place) =>
    placed.find(
      ({ version, places, role }) => version === 'v1' && role === undefined && places.includes(place),
    ),
  );
  if (!providers.every((provider) => provider !== undefined)) return 0;
  return providers.reduce((bits, { slot }) => bits | (1 << slot), 0);
}
