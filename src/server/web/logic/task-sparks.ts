import { coresOf, memoryOf } from '../../../model/headline.ts';
import type { TaskResourceUsage } from '../../../model/task-stats.ts';
import type { RecentHistory } from '../../history/recent-history.ts';
import { createSpark, type Spark } from './spark.ts';

/** The columns of one task in the recent history. */
export type RecordedColumns = RecentHistory['tasks'][string];

/** The last minutes of one task. */
export interface TaskSparks {
  readonly cpu: Spark;
  readonly memory: Spark;
  /** The first sample has no rate: it has nothing to compare with. */
  add(usage: TaskResourceUsage, isFirst: boolean): void;
  /** Adds what the agent has recorded, and returns the values of its last steps: older ones are no longer what it uses. */
  seed(timeMs: readonly number[], columns: RecordedColumns): Recorded;
}

export interface Recorded {
  readonly cpuCores: number | undefined;
  readonly memoryBytes: number | undefined;
}

export function createTaskSparks(): TaskSparks {
  const [cpu, memory] = [createSpark(), createSpark()];
  return {
    cpu,
    memory,
    add(usage, isFirst) {
      cpu.push(usage.timestampMs, isFirst ? undefined : coresOf(usage));
      memory.push(usage.timestampMs, memoryOf(usage));
    },
    seed(timeMs, { cpuCores, workingSetBytes }) {
      cpu.seed(timeMs, cpuCores);
      memory.seed(timeMs, workingSetBytes);
      return { cpuCores: latest(cpuCores), memoryBytes: latest(workingSetBytes) };
    },
  };
}

function latest(column: readonly (number | null)[]): number | undefined {
  return column.slice(-3).findLast((value) => value !== null) ?? undefined;
}
