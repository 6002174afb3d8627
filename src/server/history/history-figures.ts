import type { HostStats } from '../../model/host-stats.ts';
import type { TaskResourceUsage } from '../../model/task-stats.ts';
import type { Gather } from './two-rings.ts';

/** What is kept of a task: CPU in cores, memory in bytes, throttling in seconds a second. */
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

/** What is kept of the machine: CPU as a part of the whole (0–1), memory in bytes. */
export const HOST_SERIES = ['cpuRatio', 'memoryUsedBytes', 'load1'] as const;
export type HostSeries = (typeof HOST_SERIES)[number];

/** Rates are averaged; of what is held, the peak is what people look for. */
export const TASK_GATHERS: readonly Gather[] = TASK_SERIES.map((name) =>
  name === 'cpuCores' || name === 'throttledSeconds' ? 'mean' : 'max',
);
export const HOST_GATHERS: readonly Gather[] = HOST_SERIES.map((name) =>
  name === 'memoryUsedBytes' ? 'max' : 'mean',
);

/** Of the sample before: throttling is a counter, and the first rate of CPU has nothing to compare with. */
export type Before = Pick<TaskResourceUsage, 'timestampMs' | 'cpu'>;

export function taskFigures(usage: TaskResourceUsage, before: Before | undefined): readonly number[] {
  const { cpu, memory, pidCount } = usage;
  return [
    before === undefined || cpu.percent === undefined ? NaN : cpu.percent / 100,
    throttledSeconds(usage, before),
    memory.workingSetBytes ?? memory.rssBytes ?? NaN,
    memory.rssBytes ?? NaN,
    memory.cacheBytes ?? NaN,
    memory.swapBytes ?? NaN,
    pidCount?.current ?? NaN,
  ];
}

export function hostFigures({ cpu, memory }: HostStats): readonly number[] {
  return [cpu.percent === undefined ? NaN : cpu.percent / 100, memory.usedBytes ?? NaN, cpu.load1 ?? NaN];
}

function throttledSeconds({ cpu, timestampMs }: TaskResourceUsage, before: Before | undefined): number {
  const now = cpu.throttledNs;
  const then = before?.cpu.throttledNs;
  if (before === undefined || now === undefined || then === undefined || now < then) return NaN;
  return (now - then) / 1e6 / (timestampMs - before.timestampMs);
}
