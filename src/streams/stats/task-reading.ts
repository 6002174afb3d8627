import type { GroupMask } from '../../model/field-groups.ts';
import type { TaskResourceUsage } from '../../model/task-stats.ts';
import { ROW_LENGTH, type Row } from '../../sources/cgroup/readers/cgroup-row.ts';
import type { OpenCgroup } from '../../sources/cgroup/readers/open-cgroup.ts';
import type { DiskSpace } from '../../sources/disk-usage.ts';
import type { ProcessUsage } from '../../sources/processes.ts';
import type { ProcessTotals } from './process-totals.ts';

/** The result of one read of a task: counters and sizes, no rates. It is reused by the next read. */
export interface Reading {
  readonly source: TaskResourceUsage['source'];
  readonly row: Row;
  /** The groups that were just read. */
  readonly fresh: GroupMask;
  /** The same as in the previous reading, from the same source, only if CPU and memory have not changed at all. */
  readonly version: number;
  /** Of every process of the task; undefined when they were not asked for and the source does not need them. */
  readonly processes: ReadonlyMap<number, ProcessUsage> | undefined;
  /** Why the cgroup of the task could not be used. */
  readonly degradedBy: unknown;
}

/** The state of a task between two reads. */
export interface OpenTask extends Reading {
  readonly isClosed: boolean;
}

/** What to read. */
export interface ReadOrder {
  readonly groups: GroupMask;
  readonly nowMs: number;
  /** How long a descriptor is protected from eviction. */
  readonly keepMs: number;
}

/** What the source keeps of a task between two reads; the reading is a part of it. */
export interface ReadingState {
  source: TaskResourceUsage['source'];
  row: Row;
  fresh: GroupMask;
  version: number;
  processes: ReadonlyMap<number, ProcessUsage> | undefined;
  degradedBy: unknown;
  isClosed: boolean;
  /** As in the record, to see when they are others. */
  paths: readonly string[];
  cgroup: OpenCgroup | undefined;
  totals: ProcessTotals | undefined;
  /** The process whose network namespace was looked up, and whether it is one of its own. */
  networkPid: number;
  hasNetwork: boolean;
  /** Whose disk usage is kept for it. */
  podDirectory: string | undefined;
  disk: DiskSpace | undefined;
}

const NO_PATHS: readonly string[] = [];
const NO_ROW: Row = { page: new Float64Array(ROW_LENGTH).fill(NaN), base: 0 };

export function newReadingState(): ReadingState {
  return {
    source: 'cgroup-v1',
    row: NO_ROW,
    fresh: 0,
    version: 0,
    processes: undefined,
    degradedBy: undefined,
    isClosed: false,
    paths: NO_PATHS,
    cgroup: undefined,
    totals: undefined,
    networkPid: 0,
    hasNetwork: false,
    podDirectory: undefined,
    disk: undefined,
  };
}
