import type { Connection } from '../../../model/driver-connection.ts';
import { coresOf, memoryLimitOf, memoryOf } from '../../../model/headline.ts';
import type { TaskResourceUsage } from '../../../model/task-stats.ts';
import type { TaskStatus } from '../../../model/task-status.ts';
import type { Alert } from '../../alerts/alert.ts';
import type { CrashLoop } from './crash-loops.ts';
import { staleSinceMs } from './host-connection.ts';
import type { Spark } from './spark.ts';
import { createTaskSparks, type Recorded, type RecordedColumns } from './task-sparks.ts';

/** One task as the table shows it. */
export interface TaskRow {
  readonly id: string;
  readonly status: TaskStatus;
  /** Undefined while it is not measured, and after it has exited. */
  readonly usage: TaskResourceUsage | undefined;
  readonly cpuSpark: Spark;
  readonly memorySpark: Spark;
  /** The alerts that stand, by rule. */
  readonly alerts: Map<string, Alert>;
  /** The crash loop that it belongs to. */
  loop: CrashLoop | undefined;
  /** Of its host, in a fleet. */
  connection: Connection | undefined;
  cpuCores(): number | undefined;
  memoryBytes(): number | undefined;
  memoryLimitBytes(): number | undefined;
  processes(): number | undefined;
  /** How long it runs, or ran; while its host is stale, nothing counts on. */
  uptimeMs(nowMs: number): number | undefined;
  setStatus(status: TaskStatus): void;
  addUsage(usage: TaskResourceUsage): void;
  /** What the agent has recorded of it; it stands until two samples are there. */
  seed(timeMs: readonly number[], recorded: RecordedColumns): void;
}

const NOTHING_YET: Recorded = { cpuCores: undefined, memoryBytes: undefined };

export function createTaskRow(first: TaskStatus): TaskRow {
  let status = first;
  let usage: TaskResourceUsage | undefined;
  let samples = 0;
  let sparks = createTaskSparks();
  let recorded = NOTHING_YET;
  const forget = (): void => {
    usage = undefined;
    samples = 0;
    recorded = NOTHING_YET;
  };
  let connection: Connection | undefined;
  return {
    id: first.id,
    alerts: new Map(),
    loop: undefined,
    get connection() {
      return connection;
    },
    set connection(next) {
      connection = next;
    },
    get status() {
      return status;
    },
    get usage() {
      return usage;
    },
    get cpuSpark() {
      return sparks.cpu;
    },
    get memorySpark() {
      return sparks.memory;
    },
    cpuCores: () => (samples < 2 ? recorded.cpuCores : coresOf(usage)),
    memoryBytes: () => memoryOf(usage) ?? recorded.memoryBytes,
    memoryLimitBytes: () => memoryLimitOf(usage, status),
    processes: () => usage?.pidCount?.current,
    uptimeMs: (nowMs) => uptimeOf(status, Math.min(nowMs, staleSinceMs(connection) ?? nowMs)),
    setStatus(next) {
      const before = status.startedAtMs;
      const isAnother = next.startedAtMs !== before;
      status = next;
      // The time is not known before the task runs.
      if (isAnother && before !== undefined) sparks = createTaskSparks();
      if (isAnother || next.state === 'exited') forget();
    },
    addUsage(next) {
      if (status.state === 'exited') return;
      usage = next;
      samples += 1;
      if (samples === 2) recorded = NOTHING_YET;
      sparks.add(next, samples < 2);
    },
    seed(timeMs, columns) {
      const last = sparks.seed(timeMs, columns);
      if (samples < 2 && status.state === 'running') recorded = last;
    },
  };
}

function uptimeOf({ startedAtMs, completedAtMs, state }: TaskStatus, nowMs: number): number | undefined {
  if (startedAtMs === undefined) return undefined;
  if (completedAtMs !== undefined) return completedAtMs - startedAtMs;
  return state === 'running' ? Math.max(0, nowMs - startedAtMs) : undefined;
}
