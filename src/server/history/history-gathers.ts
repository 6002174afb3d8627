import type { HostStats } from '../../model/host-stats.ts';
import { TASK_SERIES, type TaskSeries } from './task-series.ts';
import type { Gather } from './two-rings.ts';

/** What is kept of the machine: CPU as a part of the whole (0–1), memory in bytes. */
export const HOST_SERIES = ['cpuRatio', 'memoryUsedBytes', 'load1'] as const;

const MAXIMA: readonly TaskSeries[] = ['workingSetBytes', 'rssBytes', 'cacheBytes', 'swapBytes', 'processes'];

/** Rates and pressure are averaged; for the other gauges, the maximum is relevant. */
export const TASK_GATHERS: readonly Gather[] = TASK_SERIES.map((name) =>
  MAXIMA.includes(name) ? 'max' : 'mean',
);
export const HOST_GATHERS: readonly Gather[] = HOST_SERIES.map((name) =>
  name === 'memoryUsedBytes' ? 'max' : 'mean',
);

export function hostSeriesRow({ cpu, memory }: HostStats): readonly number[] {
  return [cpu.percent === undefined ? NaN : cpu.percent / 100, memory.usedBytes ?? NaN, cpu.load1 ?? NaN];
}
