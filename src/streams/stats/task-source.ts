import { RktError } from '../../model/rkt-error.ts';
import { GROUP, type GroupMask } from '../../model/field-groups.ts';
import type { TaskResourceUsage } from '../../model/task-stats.ts';
import type { TaskRecord } from '../../registry/task-record.ts';
import type {
  CgroupReader,
  CgroupReaderStats,
  OpenCgroup,
} from '../../sources/cgroup/readers/cgroup-reader.ts';
import type { Cgroups } from '../../sources/cgroup/cgroups.ts';
import { COLUMN, ROW_LENGTH, type Row } from '../../sources/cgroup/readers/cgroup-row.ts';
import { hasOwnNetwork, readNetwork } from '../../sources/network-counters.ts';
import type { DiskFigures, DiskUsage } from '../../sources/disk-usage.ts';
import { isAlive, processTree } from '../../sources/process-info.ts';
import type { ProcessFigures, Processes } from '../../sources/processes.ts';
import { putDisk, putProcessStates, readStates } from './extra-columns.ts';
import { createProcessTotals, type ProcessTotals } from './process-totals.ts';

/** The result of one read of a task: counters and sizes, no rates. It is reused by the next read. */
export interface Reading {
  readonly source: TaskResourceUsage['source'];
  readonly row: Row;
  /** The groups that were just read. */
  readonly fresh: GroupMask;
  /** The same as in the previous reading, from the same source, only if CPU and memory have not changed at all. */
  readonly version: number;
  /** Of every process of the task; undefined when they were not asked for and the source does not need them. */
  readonly processes: ReadonlyMap<number, ProcessFigures> | undefined;
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

/** The source of the metrics of tasks. */
export interface TaskSource {
  /** Accesses nothing. */
  open(): OpenTask;
  /**
   * Reads a task: at once where its cgroup has all that is asked for.
   *
   * @throws RKT_ERR_STATS when no source can be read
   */
  read(open: OpenTask, record: TaskRecord, order: ReadOrder): Reading | Promise<Reading>;
  /** Closes all that is held open for a task. */
  close(open: OpenTask): void;
  readonly stats: CgroupReaderStats;
}

export interface TaskSourceDeps {
  readonly cgroups: Cgroups;
  readonly processes: Processes;
  readonly reader: CgroupReader;
  readonly procRoot?: string;
  /** Nothing is measured without it. */
  readonly disk?: PodDisk;
}

/** The source of the disk usage of pods. */
export interface PodDisk {
  readonly usage: DiskUsage;
  readonly directoryOf: (podId: string) => string;
}

interface State {
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
  /** The process whose network namespace was looked up, and whether it is one of its own. */
  networkPid: number;
  hasNetwork: boolean;
  /** Whose disk usage is kept for it. */
  podDirectory: string | undefined;
  disk: DiskFigures | undefined;
}

const NO_PATHS: readonly string[] = [];
const NO_ROW: Row = { page: new Float64Array(ROW_LENGTH).fill(NaN), base: 0 };

/** A source that reads the cgroup of a task, and where it has none or it cannot be read, the task's process tree. */
export function createTaskSource(deps: TaskSourceDeps): TaskSource {
  const { cgroups, processes, reader, procRoot = '/proc' } = deps;

  const addDisk = (state: State, { podId }: TaskRecord, { groups, nowMs }: ReadOrder): void => {
    if ((groups & GROUP.disk) === 0 || deps.disk === undefined || podId === undefined) return;
    state.podDirectory = deps.disk.directoryOf(podId);
    const disk = deps.disk.usage.latest(state.podDirectory, nowMs);
    putDisk(state.row, disk);
    if (disk !== undefined && disk !== state.disk) state.fresh |= GROUP.disk;
    state.disk = disk;
  };
  const readCgroup = (state: State, cgroup: OpenCgroup, record: TaskRecord, order: ReadOrder): Reading => {
    const { groups, nowMs, keepMs } = order;
    state.fresh = reader.read(cgroup, groups, nowMs, keepMs);
    state.row = cgroup.row;
    state.version = cgroup.version;
    if ((groups & GROUP.network) !== 0 && addNetwork(state, record, procRoot)) state.fresh |= GROUP.network;
    addDisk(state, record, order);
    state.source = cgroup.layout.version === 'v1' ? 'cgroup-v1' : 'cgroup-v2';
    state.degradedBy = undefined;
    return state;
  };
  const readTree = async (
    state: State,
    record: TaskRecord,
    order: ReadOrder,
    degradedBy: unknown,
  ): Promise<Reading> => {
    const { process } = record;
    const isThere = process !== undefined && (await isAlive(process, procRoot));
    const measured = await processes.sample(isThere ? await processTree(process.pid, procRoot) : []);
    if (measured.size === 0) {
      throw new RktError('RKT_ERR_STATS', `Could not measure task ${record.id}: it has no running process`, {
        taskId: record.id,
        cause: degradedBy,
      });
    }
    const isStateWanted = (order.groups & GROUP.processes) !== 0;
    const states = isStateWanted ? await readStates(measured.keys(), procRoot) : undefined;
    fromProcesses(state, measured, degradedBy);
    if (states !== undefined) putProcessStates(state.row, states);
    addDisk(state, record, order);
    return state;
  };
  const readProcesses = async (
    state: State,
    cgroup: OpenCgroup,
    record: TaskRecord,
    order: ReadOrder,
  ): Promise<Reading> => {
    const measured = await processes.sample(await cgroups.open(state.paths).pids());
    const states = await readStates(measured.keys(), procRoot);
    if (state.isClosed || state.cgroup !== cgroup) {
      const what = `Could not measure task ${record.id}: its last subscription ended during the read`;
      throw new RktError('RKT_ERR_STATS', what, { taskId: record.id });
    }
    try {
      readCgroup(state, cgroup, record, order);
    } catch (error) {
      return await readTree(state, record, order, error);
    }
    state.processes = measured;
    state.fresh |= GROUP.processes;
    putProcessStates(state.row, states);
    return state;
  };

  return {
    get stats() {
      return reader.stats;
    },
    open: newState,
    read(open, record, order) {
      const state = open as State;
      if (state.paths !== record.cgroupPaths) {
        if (state.cgroup !== undefined) reader.close(state.cgroup);
        state.paths = record.cgroupPaths;
        state.cgroup = state.paths.length === 0 ? undefined : reader.open(state.paths);
      }
      const { cgroup } = state;
      if (cgroup === undefined) return readTree(state, record, order, undefined);
      if ((order.groups & GROUP.processes) !== 0) return readProcesses(state, cgroup, record, order);
      state.processes = undefined;
      try {
        return readCgroup(state, cgroup, record, order);
      } catch (error) {
        return readTree(state, record, order, error);
      }
    },
    close(open) {
      const state = open as State;
      state.isClosed = true;
      if (state.cgroup !== undefined) reader.close(state.cgroup);
      state.cgroup = undefined;
      if (state.podDirectory !== undefined) deps.disk?.usage.forget(state.podDirectory);
    },
  };
}

function newState(): State {
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

function addNetwork(state: State, { process }: TaskRecord, procRoot: string): boolean {
  if (process === undefined) return false;
  if (state.networkPid !== process.pid) {
    state.networkPid = process.pid;
    state.hasNetwork = hasOwnNetwork(process, procRoot);
  }
  return state.hasNetwork && readNetwork(process.pid, state.row, procRoot);
}

/** CPU time is what the processes used while they were seen, from the first of these reads on. */
function fromProcesses(
  state: State,
  processes: ReadonlyMap<number, ProcessFigures>,
  degradedBy: unknown,
): void {
  if (state.source !== 'pidusage' || state.totals === undefined) {
    state.totals = createProcessTotals();
    state.row = { page: new Float64Array(ROW_LENGTH).fill(NaN), base: 0 };
  }
  let rssBytes = 0;
  for (const process of processes.values()) rssBytes += process.rssBytes;
  state.row.page[COLUMN.cpu.totalNs] = state.totals.add(processes);
  state.row.page[COLUMN.memory.rssBytes] = rssBytes;
  state.source = 'pidusage';
  state.version += 1;
  state.fresh = GROUP.cpu | GROUP.memory | GROUP.memoryDetail | GROUP.processes;
  state.processes = processes;
  state.degradedBy = degradedBy;
}
