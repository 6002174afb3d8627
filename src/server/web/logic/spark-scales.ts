import { niceBytesTop, niceTop } from './spark.ts';
import type { TaskRow } from './task-row.ts';

/** The upper edges of all lines of the table: the same for every task, so that lines can be compared. */
export interface SparkScales {
  readonly cpuCores: number;
  readonly memoryBytes: number;
}

/** Below these, a flat line of noise would look like peaks. */
const LEAST_CORES = 0.1;
const LEAST_BYTES = 2 ** 20;

export function sparkScales(rows: readonly TaskRow[], nowMs: number): SparkScales {
  let cores = 0;
  let bytes = 0;
  for (const { cpuSpark, memorySpark } of rows) {
    cores = Math.max(cores, cpuSpark.peak(nowMs));
    bytes = Math.max(bytes, memorySpark.peak(nowMs));
  }
  return { cpuCores: niceTop(cores, LEAST_CORES), memoryBytes: niceBytesTop(bytes, LEAST_BYTES) };
}
