import { GROUP, type GroupMask } from '../../../model/field-groups.ts';
import type { LaidOutFile } from './cgroup-file.ts';
import { COLUMN } from './cgroup-row.ts';

/** The files to read for a set of groups. */
export interface ReadingPlan {
  /** Read every time, and first: they show whether anything has changed. */
  readonly counters: readonly LaidOutFile[];
  readonly gated: readonly GatedFile[];
  /** Counters other than CPU time and memory, which change without them. */
  readonly others: readonly LaidOutFile[];
  /** CPU time and memory are both read, so that the parent gate can stand for them. */
  readonly readsMotion: boolean;
  /** The groups with files that are read again when they are too old. */
  readonly aging: GroupMask;
}

export interface GatedFile {
  readonly file: LaidOutFile;
  /**
   * The state of its metrics while the counters are unchanged: `exact` ones are still current, `aging` ones are read
   * again when they are too old; `unknown` when no counter among these groups shows it.
   */
  readonly whenStill: 'exact' | 'aging' | 'unknown';
}

export function createPlan(files: readonly LaidOutFile[], groups: GroupMask): ReadingPlan {
  const wanted = files.filter((file) => (file.groups & groups) !== 0);
  const counters = wanted.filter(({ gate }) => gate === 'none');
  const gated = wanted
    .filter(({ gate }) => gate !== 'none')
    .map((file) => ({ file, whenStill: whenStill(file, groups) }));
  return {
    counters,
    gated,
    others: counters.filter(({ places }) => !places.some((place) => MOTION.includes(place))),
    readsMotion: MOTION.every((place) => counters.some(({ places }) => places.includes(place))),
    aging: gated.reduce((mask, { file, whenStill: how }) => (how === 'aging' ? mask | file.groups : mask), 0),
  };
}

const MOTION: readonly number[] = [COLUMN.cpu.totalNs, COLUMN.memory.usageBytes];

function whenStill({ gate }: LaidOutFile, groups: GroupMask): GatedFile['whenStill'] {
  const watchesCpu = (groups & GROUP.cpu) !== 0;
  const watchesMemory = (groups & (GROUP.memory | GROUP.memoryDetail)) !== 0;
  if (gate === 'cpu') return watchesCpu ? 'exact' : 'unknown';
  if (!watchesMemory) return 'unknown';
  return gate === 'memory' && watchesCpu ? 'exact' : 'aging';
}
