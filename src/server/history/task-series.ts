import { coresOf, memoryOf } from '../../model/headline.ts';
import type { TaskResourceUsage } from '../../model/task-stats.ts';

/**
 * What the charts show of a task: CPU in cores, throttling in seconds a second, memory in bytes, I/O and network in bytes a
 * second, pressure in percent of the last 10 s.
 */
export const TASK_SERIES = [
  'cpuCores',
  'throttledSeconds',
  'workingSetBytes',
  'rssBytes',
  'cacheBytes',
  'swapBytes',
  'processes',
  'ioRead',
  'ioWritten',
  'netReceived',
  'netSent',
  'cpuPressure',
  'memoryPressure',
  'ioPressure',
] as const;
export type TaskSeries = (typeof TASK_SERIES)[number];

/** Of the sample before: the counters that rates are computed of, and the first rate of CPU has nothing to compare with. */
export type Before = Pick<TaskResourceUsage, 'timestampMs' | 'cpu' | 'io' | 'network'>;

/** What a sample is to the next one. */
export function beforeOf({ timestampMs, cpu, io, network }: TaskResourceUsage): Before {
  return { timestampMs, cpu, ...(io && { io }), ...(network && { network }) };
}

/** One row of the history, in the order of {@link TASK_SERIES}; NaN for what was not measured. */
export function taskSeriesRow(usage: TaskResourceUsage, before: Before | undefined): readonly number[] {
  const { memory, pidCount, pressure } = usage;
  const rate = (counter: (one: Before) => number | undefined): number => perSecond(usage, before, counter);
  return [
    (before === undefined ? undefined : coresOf(usage)) ?? NaN,
    rate(({ cpu }) => cpu.throttledNs) / 1e9,
    memoryOf(usage) ?? NaN,
    memory.rssBytes ?? NaN,
    memory.cacheBytes ?? NaN,
    memory.swapBytes ?? NaN,
    pidCount?.current ?? NaN,
    rate(({ io }) => io?.readBytes),
    rate(({ io }) => io?.writeBytes),
    rate(({ network }) => network?.receivedBytes),
    rate(({ network }) => network?.sentBytes),
    pressure?.cpu?.some?.avg10 ?? NaN,
    pressure?.memory?.some?.avg10 ?? NaN,
    pressure?.io?.some?.avg10 ?? NaN,
  ];
}

function perSecond(
  usage: TaskResourceUsage,
  before: Before | undefined,
  counter: (one: Before) => number | undefined,
): number {
  const now = counter(usage);
  const then = before === undefined ? undefined : counter(before);
  if (before === undefined || now === undefined || then === undefined || now < then) return NaN;
  return ((now - then) / (usage.timestampMs - before.timestampMs)) * 1_000;
}
