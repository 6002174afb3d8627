import { GROUP } from '../../model/field-groups.ts';
import type { TaskRecord } from '../../registry/task-record.ts';
import type { CgroupReader } from '../../sources/cgroup/readers/cgroup-reader.ts';
import type { OpenCgroup } from '../../sources/cgroup/readers/open-cgroup.ts';
import { hasOwnNetwork, readNetwork } from '../../sources/network-counters.ts';
import { addDisk, type PodDisk } from './pod-disk.ts';
import type { ReadOrder, Reading, ReadingState } from './task-reading.ts';

export interface CgroupTaskReaderDeps {
  readonly reader: CgroupReader;
  readonly procRoot?: string;
  readonly disk?: PodDisk;
}

/** Reads the cgroup of a task, its network counters and its disk usage. @throws RKT_ERR_CGROUP, RKT_ERR_CGROUP_PARSE */
export function readTaskCgroup(
  { reader, disk, procRoot = '/proc' }: CgroupTaskReaderDeps,
  state: ReadingState,
  cgroup: OpenCgroup,
  { record, order }: { readonly record: TaskRecord; readonly order: ReadOrder },
): Reading {
  const { groups, nowMs, keepMs } = order;
  state.fresh = reader.read(cgroup, groups, nowMs, keepMs);
  state.row = cgroup.row;
  state.version = cgroup.version;
  if ((groups & GROUP.network) !== 0 && addNetwork(state, record, procRoot)) state.fresh |= GROUP.network;
  addDisk(disk, state, record, order);
  state.source = cgroup.layout.version === 'v1' ? 'cgroup-v1' : 'cgroup-v2';
  state.degradedBy = undefined;
  return state;
}

function addNetwork(state: ReadingState, { process }: TaskRecord, procRoot: string): boolean {
  if (process === undefined) return false;
  if (state.networkPid !== process.pid) {
    state.networkPid = process.pid;
    state.hasNetwork = hasOwnNetwork(process, procRoot);
  }
  return state.hasNetwork && readNetwork(process.pid, state.row, procRoot);
}
