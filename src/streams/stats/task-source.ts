import { GROUP } from '../../model/field-groups.ts';
import { RktError } from '../../model/rkt-error.ts';
import type { TaskRecord } from '../../registry/task-record.ts';
import type { Cgroups } from '../../sources/cgroup/cgroups.ts';
import type { CgroupReader, CgroupReaderStats } from '../../sources/cgroup/readers/cgroup-reader.ts';
import type { OpenCgroup } from '../../sources/cgroup/readers/open-cgroup.ts';
import type { Processes } from '../../sources/processes.ts';
import { readTaskCgroup } from './cgroup-task-reader.ts';
import { putProcessStates, readStates } from './extra-columns.ts';
import { addDisk, type PodDisk } from './pod-disk.ts';
import { readProcessTree } from './process-tree-reader.ts';
import {
  newReadingState,
  type OpenTask,
  type ReadOrder,
  type Reading,
  type ReadingState,
} from './task-reading.ts';

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

/** A source that reads the cgroup of a task, and where it has none or it cannot be read, the task's process tree. */
export function createTaskSource(deps: TaskSourceDeps): TaskSource {
  const { cgroups, processes, reader, disk, procRoot = '/proc' } = deps;

  const readTree = async (
    state: ReadingState,
    record: TaskRecord,
    order: ReadOrder,
    degradedBy: unknown,
  ): Promise<Reading> => {
    await readProcessTree({ processes, procRoot }, state, { record, order }, degradedBy);
    addDisk(disk, state, record, order);
    return state;
  };
  const readProcesses = async (
    state: ReadingState,
    cgroup: OpenCgroup,
    record: TaskRecord,
    order: ReadOrder,
  ): Promise<Reading> => {
    const measured = await processes.sample(await cgroups.open(state.paths).pids());
    const states = await readStates(measured.keys(), procRoot);
    if (state.isClosed || state.cgroup !== cgroup) throw endedDuringRead(record);
    try {
      readTaskCgroup(deps, state, cgroup, { record, order });
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
    open: newReadingState,
    read(open, record, order) {
      const state = open as ReadingState;
      if (state.paths !== record.cgroupPaths) reopen(reader, state, record.cgroupPaths);
      const { cgroup } = state;
      if (cgroup === undefined) return readTree(state, record, order, undefined);
      if ((order.groups & GROUP.processes) !== 0) return readProcesses(state, cgroup, record, order);
      state.processes = undefined;
      try {
        return readTaskCgroup(deps, state, cgroup, { record, order });
      } catch (error) {
        return readTree(state, record, order, error);
      }
    },
    close(open) {
      const state = open as ReadingState;
      state.isClosed = true;
      if (state.cgroup !== undefined) reader.close(state.cgroup);
      state.cgroup = undefined;
      if (state.podDirectory !== undefined) disk?.usage.forget(state.podDirectory);
    },
  };
}

/** The record names another cgroup than before. */
function reopen(reader: CgroupReader, state: ReadingState, paths: readonly string[]): void {
  if (state.cgroup !== undefined) reader.close(state.cgroup);
  state.paths = paths;
  state.cgroup = paths.length === 0 ? undefined : reader.open(paths);
}

function endedDuringRead({ id }: TaskRecord): RktError {
  const what = `Could not measure task ${id}: its last subscription ended during the read`;
  return new RktError('RKT_ERR_STATS', what, { taskId: id });
}
