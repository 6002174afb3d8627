import { coresOf, memoryLimitOf, memoryOf } from '../../../model/headline.ts';
import type { TaskResourceUsage } from '../../../model/task-stats.ts';
import type { TaskStatus } from '../../../model/task-status.ts';
import type { Alert } from '../../alerts/alert.ts';
import { createSpark, type Spark } from './spark.ts';

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
  cpuCores(): number | undefined;
  memoryBytes(): number | undefined;
  memoryLimitBytes(): number | undefined;
  processes(): number | undefined;
  /** How long it runs, or ran. */
  uptimeMs(nowMs: number): number | undefined;
  setStatus(status: TaskStatus): void;
  addUsage(usage: TaskResourceUsage): void;
}

export function createTaskRow(first: TaskStatus): TaskRow {
  let status = first;
  let usage: TaskResourceUsage | undefined;
  let samples = 0;
  let cpuSpark = createSpark();
  let memorySpark = createSpark();
  const cpuCores = (): number | undefined =>
    // The first sample has nothing to compare with.
    samples < 2 ? undefined : coresOf(usage);
  const memoryBytes = (): number | undefined => memoryOf(usage);
  const forget = (): void => {
    usage = undefined;
    samples = 0;
  };
  return {
    id: first.id,
    alerts: new Map(),
    get status() {
      return status;
    },
    get usage() {
      return usage;
    },
    get cpuSpark() {
      return cpuSpark;
    },
    get memorySpark() {
      return memorySpark;
    },
    cpuCores,
    memoryBytes,
    memoryLimitBytes: () => memoryLimitOf(usage, status),
    processes: () => usage?.pidCount?.current,
    uptimeMs(nowMs) {
      const { startedAtMs, completedAtMs, state } = status;
      if (startedAtMs === undefined) return undefined;
      if (completedAtMs !== undefined) return completedAtMs - startedAtMs;
      return state === 'running' ? nowMs - startedAtMs : undefined;
    },
    setStatus(next) {
      const isAnother = next.startedAtMs !== status.startedAtMs;
      status = next;
      if (isAnother) {
        cpuSpark = createSpark();
        memorySpark = createSpark();
      }
      if (isAnother || next.state === 'exited') forget();
    },
    addUsage(next) {
      if (status.state === 'exited') return;
      usage = next;
      samples += 1;
      cpuSpark.push(cpuCores());
      memorySpark.push(memoryBytes());
    },
  };
}
