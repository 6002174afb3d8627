import type { TaskResourceUsage } from '../../model/task-stats.ts';
import { MIB } from '../../model/units.ts';
import type { AlertMetric } from './alert-rules.ts';

/** What a rule compares; undefined when it was not measured, or there is no limit to compare with. */
export function metricValue(
  metric: AlertMetric,
  usage: TaskResourceUsage,
  before: TaskResourceUsage | undefined,
): number | undefined {
  const { cpu, memory, pidCount } = usage;
  const memoryBytes = memory.workingSetBytes ?? memory.rssBytes;
  switch (metric) {
    case 'memoryBytes':
      return memoryBytes;
    case 'memoryRatio':
      return ratio(memoryBytes, memory.limitBytes);
    case 'cpuCores':
      return cpu.percent === undefined ? undefined : cpu.percent / 100;
    case 'throttledRatio':
      return ratio(
        difference(cpu.throttledPeriods, before?.cpu.throttledPeriods),
        difference(cpu.periods, before?.cpu.periods),
      );
    case 'processes':
      return pidCount?.current;
    case 'processesRatio':
      return ratio(pidCount?.current, pidCount?.limit);
  }
}

const WORDS: Readonly<Record<AlertMetric, (value: number) => string>> = {
  memoryBytes: (value) => `memory at ${Math.round(value / MIB)} MiB`,
  memoryRatio: (value) => `memory at ${percent(value)} of its limit`,
  cpuCores: (value) => `CPU at ${value.toFixed(2)} cores`,
  throttledRatio: (value) => `CPU throttled in ${percent(value)} of its periods`,
  processes: (value) => `${value} processes`,
  processesRatio: (value) => `processes at ${percent(value)} of their limit`,
};

export function metricText(metric: AlertMetric, value: number): string {
  return WORDS[metric](value);
}

function percent(value: number): string {
  return `${Math.round(value * 100)}%`;
}

function ratio(part: number | undefined, whole: number | undefined): number | undefined {
  return part === undefined || whole === undefined || whole <= 0 ? undefined : part / whole;
}

function difference(now: number | undefined, then: number | undefined): number | undefined {
  return now === undefined || then === undefined || now < then ? undefined : now - then;
}
