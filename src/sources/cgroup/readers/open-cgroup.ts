import type { GroupMask } from '../../../model/field-groups.ts';
import type { LaidOutFile } from './cgroup-file.ts';
import type { Layout } from './cgroup-layout.ts';
import { COLUMN, type Row } from './cgroup-row.ts';
import type { Slots } from './slot-pool.ts';

/** A cgroup that is being read, with its latest metrics. */
export interface OpenCgroup {
  readonly paths: readonly string[];
  readonly layout: Layout;
  /** Replaced by a wide one when a group needs it. */
  row: Row;
  isWide: boolean;
  /** The descriptors of its files, from `firstSlot` on. */
  readonly slots: Uint16Array;
  readonly firstSlot: number;
  /** The missing files, as bits. */
  absent: number;
  /** Groups to read again, because a counter has changed since they were read. */
  dirty: GroupMask;
  /** Changes whenever a metric may have changed, except for those that are read every time without a gate. */
  version: number;
  /** When the files that can be changed from outside were last read because of their age. */
  slowAtMs: number;
  /** The groups of which a file was found since the files were opened. */
  present: GroupMask;
  /** Skips the files of this cgroup together with those of others below the same parent. */
  parentGate: SharedGate | undefined;
  /** Reads in a row that found CPU time and memory unchanged, as the parent gate counts them. */
  stillReads: number;
  /** The last check of the parent gate in which it was found unchanged; negative while it does not rest. */
  restsSince: number;
}

/** The two counters by which a cgroup is known to have moved. */
export interface Usage {
  readonly cpuNs: number;
  readonly memoryBytes: number;
}

/** A gate of several cgroups. */
export interface SharedGate {
  /** True while this cgroup cannot have moved since it was read. */
  isStill(cgroup: OpenCgroup, nowMs: number, keepMs: number): boolean;
  /** A cgroup was read: what its row had before, and whether CPU time and memory were both read. */
  note(cgroup: OpenCgroup, before: Usage, isComplete: boolean): void;
  /** A cgroup is not read any more, or could not be read. */
  leave(cgroup: OpenCgroup): void;
}

export const NOT_RESTING = -1;

export const ALL_GROUPS: GroupMask = -1;

/** A cgroup of which nothing has been read. */
export function newOpenCgroup(
  paths: readonly string[],
  layout: Layout,
  row: Row,
  { page, first }: Slots = { page: new Uint16Array(layout.files.length), first: 0 },
): OpenCgroup {
  return {
    paths,
    layout,
    row,
    isWide: false,
    slots: page,
    firstSlot: first,
    absent: 0,
    dirty: ALL_GROUPS,
    version: 0,
    slowAtMs: NaN,
    present: 0,
    parentGate: undefined,
    stillReads: 0,
    restsSince: NOT_RESTING,
  };
}

/** What a row has; NaN for what was not measured. */
export function usageOf({ page, base }: Row): Usage {
  return {
    cpuNs: page[base + COLUMN.cpu.totalNs] as number,
    memoryBytes: page[base + COLUMN.memory.usageBytes] as number,
  };
}

/** A fallback, and on a hybrid machine a file of v2, is read only if the corresponding file of v1 is missing. */
export function isNeeded({ absent }: OpenCgroup, { supersededBy }: LaidOutFile): boolean {
  return supersededBy === 0 || (absent & supersededBy) !== 0;
}

export function pathOf({ paths }: OpenCgroup, { directory, name }: LaidOutFile): string {
  return `${paths[directory] ?? ''}/${name}`;
}
