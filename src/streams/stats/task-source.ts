import { RktError } from '../../model/errors.ts';
import { GROUP, type GroupMask } from '../../model/field-groups.ts';
import type { TaskResourceUsage } from '../../model/task-stats.ts';
import type { TaskRecord } from '../../registry/task-record.ts';
import type { CgroupReader, CgroupReaderStats, OpenCgroup } from '../../sources/cgroup/cgroup-reader.ts';
import type { Cgroups } from '../../sources/cgroup/cgroups.ts';
import { COLUMN, ROW_LENGTH, type Row } from '../../sources/cgroup/row.ts';
import { hasOwnNetwork, readNetwork } from '../../sources/network.ts';
import { isAlive, processTree } from '../../sources/process-info.ts';
import type { ProcessFigures, Processes } from '../../sources/processes.ts';
import { createProcessTotals, type ProcessTotals } from './process-totals.ts';

/** What one look at a task tells: counters and sizes, no rates. It is used again by the next look. */
export interface Reading {
  readonly source: TaskResourceUsage['source'];
  readonly row: Row;
  /** The groups whose figures are of this moment. */
  readonly fresh: GroupMask;
  /** The same as in the look before, from the same source, only if CPU and memory have stayed the same to the last figure. */
  readonly version: number;
  /** Of every process of the task; undefined when nobody asked and the source does not need them. */
  readonly processes: ReadonlyMap<number, ProcessFigures> | undefined;
  /** Why the cgroup of the task was of no use. */
  readonly degradedBy: unknown;
}

/** What is kept of a task between two looks. */
export interface TaskLook extends Reading {
  readonly isClosed: boolean;
}

/** Where the figures of tasks come from. */
export interface TaskSource {
  /** Touches nothing. */
  open(): TaskLook;
  /**
   * Looks at a task: at once where its cgroup tells all that is asked for.
   *
   * @param keepMs how long a descriptor is safe from being closed to make room for another
   * @throws RKT_ERR_STATS when no source tells anything
   */
  read(
    look: TaskLook,
    record: TaskRecord,
    groups: GroupMask,
    nowMs: number,
    keepMs: number,
  ): Reading | Promise<Reading>;
  /** Closes all that is held open for a task. */
  close(look: TaskLook): void;
  readonly stats: CgroupReaderStats;
}

export interface TaskSourceDeps {
  readonly cgroups: Cgroups;
  readonly processes: Processes;
  readonly reader: CgroupReader;
  readonly procRoot?: string;
}

interface Look {
  source: TaskResourceUsage['source'];
  row: Row;
  fresh: GroupMask;
  version: number;
  processes: ReadonlyMap<number, ProcessFigures> | undefined;
  degradedBy: unknown;
  isClosed: boolean;
  /** As in the record, to see when they are others. */
  paths: readonly string[];
  cgroup: OpenCgroup | undefined;
  totals: ProcessTotals | undefined;
  /** The process whose namespace was looked at, and whether it is one of its own. */
  networkPid: number;
  hasNetwork: boolean;
}

const NO_PATHS: readonly string[] = [];
const NO_ROW: Row = { page: new Float64Array(ROW_LENGTH).fill(NaN), base: 0 };

/** A source that reads the cgroup of a task, and where it has none or it cannot be read, the task's process tree. */
export function createTaskSource(deps: TaskSourceDeps): TaskSource {
  const { cgroups, processes, reader, procRoot = '/proc' } = deps;

  const readCgroup = (
    look: Look,
    cgroup: OpenCgroup,
    record: TaskRecord,
    groups: GroupMask,
    nowMs: number,
    keepMs: number,
  ): Reading => {
    look.fresh = reader.read(cgroup, groups, nowMs, keepMs);
    look.row = cgroup.row;
    look.version = cgroup.version;
    if ((groups & GROUP.network) !== 0 && addNetwork(look, record, procRoot)) look.fresh |= GROUP.network;
    look.source = cgroup.layout.version === 'v1' ? 'cgroup-v1' : 'cgroup-v2';
    look.degradedBy = undefined;
    return look;
  };
  const readTree = async (look: Look, record: TaskRecord, degradedBy: unknown): Promise<Reading> => {
    const { process } = record;
    const isThere = process !== undefined && (await isAlive(process, procRoot));
    const figures = await processes.sample(isThere ? await processTree(process.pid, procRoot) : []);
    if (figures.size === 0) {
      throw new RktError('RKT_ERR_STATS', `Could not measure task ${record.id}: it has no living process`, {
        taskId: record.id,
        cause: degradedBy,
      });
    }
    return fromProcesses(look, figures, degradedBy);
  };
  const readProcesses = async (
    look: Look,
    cgroup: OpenCgroup,
    record: TaskRecord,
    groups: GroupMask,
    nowMs: number,
    keepMs: number,
  ): Promise<Reading> => {
    const figures = await processes.sample(await cgroups.open(look.paths).pids());
    if (look.isClosed || look.cgroup !== cgroup) {
      throw new RktError('RKT_ERR_STATS', `Nobody wants the figures of task ${record.id} any more`);
    }
    try {
      readCgroup(look, cgroup, record, groups, nowMs, keepMs);
    } catch (error) {
      return await readTree(look, record, error);
    }
    look.processes = figures;
    look.fresh |= GROUP.processes;
    return look;
  };

  return {
    get stats() {
      return reader.stats;
    },
    open: newLook,
    read(opened, record, groups, nowMs, keepMs) {
      const look = opened as Look;
      if (look.paths !== record.cgroupPaths) {
        if (look.cgroup !== undefined) reader.close(look.cgroup);
        look.paths = record.cgroupPaths;
        look.cgroup = look.paths.length === 0 ? undefined : reader.open(look.paths);
      }
      const { cgroup } = look;
      if (cgroup === undefined) return readTree(look, record, undefined);
      if ((groups & GROUP.processes) !== 0) {
        return readProcesses(look, cgroup, record, groups, nowMs, keepMs);
      }
      look.processes = undefined;
      try {
        return readCgroup(look, cgroup, record, groups, nowMs, keepMs);
      } catch (error) {
        return readTree(look, record, error);
      }
    },
    close(opened) {
      const look = opened as Look;
      look.isClosed = true;
      if (look.cgroup !== undefined) reader.close(look.cgroup);
      look.cgroup = undefined;
    },
  };
}

function newLook(): Look {
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
  };
}

function addNetwork(look: Look, { process }: TaskRecord, procRoot: string): boolean {
  if (process === undefined) return false;
  if (look.networkPid !== process.pid) {
    look.networkPid = process.pid;
    look.hasNetwork = hasOwnNetwork(process, procRoot);
  }
  return look.hasNetwork && readNetwork(process.pid, look.row, procRoot);
}

/** The CPU time that is told is what the processes used while they were seen, from the first of these looks on. */
function fromProcesses(
  look: Look,
  figures: ReadonlyMap<number, ProcessFigures>,
  degradedBy: unknown,
): Reading {
  if (look.source !== 'pidusage' || look.totals === undefined) {
    look.totals = createProcessTotals();
    look.row = { page: new Float64Array(ROW_LENGTH).fill(NaN), base: 0 };
  }
  let rssBytes = 0;
  for (const figure of figures.values()) rssBytes += figure.rssBytes;
  look.row.page[COLUMN.cpu.totalNs] = look.totals.add(figures);
  look.row.page[COLUMN.memory.rssBytes] = rssBytes;
  look.source = 'pidusage';
  look.version += 1;
  look.fresh = GROUP.cpu | GROUP.memory | GROUP.memoryDetail | GROUP.processes;
  look.processes = figures;
  look.degradedBy = degradedBy;
  return look;
}
