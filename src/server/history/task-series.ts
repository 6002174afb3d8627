import { coresOf, memoryOf } from '../../model/headline.ts';
import type { TaskResourceUsage } from '../../model/task-stats.ts';

/** What the charts show of a task: CPU in cores, throttling in seconds a second, memory in bytes. */
export const TASK_SERIES = [
  'cpuCores',
  'throttledSeconds',
  'workingSetBytes',
  'rssBytes',
  'cacheBytes',
  'swapBytes',
  'processes',
] as const;
export type TaskSeries = (typeof TASK_SERIES)[number];

/** Of the sample before: throttling is a counter, and the first rate of CPU has nothing to compare with. */
export type Before = Pick<TaskResourceUsage, 'timestampMs' | 'cpu'>;

/** One row of the history, in the order of {@link TASK_SERIES}; NaN for what was not measured. */
export function taskSeriesRow(usage: TaskResourceUsage, before: Before | undefined): readonly number[] {
  const { memory, pidCount } = usage;
  return [
    (before === undefined ? undefined : coresOf(usage)) ?? NaN,
    throttledSeconds(usage, before),
    memoryOf(usage) ?? NaN,
    memory.rssBytes ?? NaN,
    memory.cacheBytes ?? NaN,
    memory.swapBytes ?? NaN,
    pidCount?.current ?? NaN,
  ];
}

function throttledSeconds({ cpu, timestampMs }: TaskResourceUsage, before: Before | undefined): number {
  const now = cpu.throttledNs;
  const then = before?.cpu.throttledNs;
  if (before === undefined || now === undefined || then === undefined || now < then) return NaN;
  return (now - then) / 1e6 / (timestampMs - before.timestampMs);
}
