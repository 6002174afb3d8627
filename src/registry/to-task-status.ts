import type { NomadTaskState, TaskPhase, TaskStatus } from '../model/task-status.ts';
import { withoutCredentials } from '../model/url-credentials.ts';
import type { TaskRecord } from './task-record.ts';

/** Nomad has no state for a task that is still being started: it is unknown until the app runs. */
const NOMAD_STATES: Readonly<Record<TaskPhase, NomadTaskState>> = {
  preparing: 'unknown',
  starting: 'unknown',
  running: 'running',
  stopping: 'running',
  exited: 'exited',
  unknown: 'unknown',
};

const known = new WeakMap<TaskRecord, TaskStatus>();

/** The status of a task. Frozen, and cached per record: most tasks do not change with a change. */
export function taskStatus(record: TaskRecord): TaskStatus {
  const status = known.get(record) ?? newStatus(record);
  known.set(record, status);
  return status;
}

function newStatus(record: TaskRecord): TaskStatus {
  return Object.freeze({
    id: record.id,
    name: record.name,
    allocId: record.allocId,
    jobName: record.spec.jobName,
    taskGroupName: record.spec.taskGroupName,
    ...(record.spec.labels !== undefined && { labels: record.spec.labels }),
    ...(record.spec.restart !== undefined && { restart: record.spec.restart }),
    phase: record.phase,
    state: NOMAD_STATES[record.phase],
    image: withoutCredentials(record.spec.config.image),
    podId: record.podId,
    pid: record.process?.pid,
    startedAtMs: record.startedAtMs,
    completedAtMs: record.exitResult?.completedAtMs,
    exitResult: record.exitResult,
    network: record.network,
    cgroupPaths: record.cgroupPaths,
    memoryLimitBytes: record.spec.resources.memoryLimitBytes,
    cpusetCpus: record.spec.resources.cpusetCpus,
    stdoutPath: record.spec.stdoutPath,
    stderrPath: record.spec.stderrPath,
    driverAttributes: driverAttributes(record),
  });
}

function driverAttributes({ process, podId, network }: TaskRecord): Readonly<Record<string, string>> {
  return Object.freeze({
    ...(process === undefined ? {} : { pid: String(process.pid) }),
    ...(podId === undefined ? {} : { pod: podId }),
    ...(network === undefined ? {} : { ip: network.ip }),
  });
}
