import { coresOf, memoryOf, memoryShareOf, shareOf } from '../../model/headline.ts';
import type { TaskResourceUsage } from '../../model/task-stats.ts';
import { MIB } from '../../model/units.ts';
import type { AlertMetric } from './alert-rules.ts';

/** What a rule compares; undefined when it was not measured, or there is no limit to compare with. */
export function metricValue(
  metric: AlertMetric,
  usage: TaskResourceUsage,
  before: TaskResourceUsage | undefined,
): number | undefined {
  const { cpu, pidCount } = usage;
  switch (metric) {
    case 'memoryBytes':
      return memoryOf(usage);
    case 'memoryRatio':
      return memoryShareOf(usage);
    case 'cpuCores':
      return coresOf(usage);
    case 'throttledRatio':
      return shareOf(
        difference(cpu.throttledPeriods, before?.cpu.throttledPeriods),
        difference(cpu.periods, before?.cpu.periods),
      );
    case 'processes':
      return pidCount?.current;
    case 'processesRatio':
      return shareOf(pidCount?.current, pidCount?.limit);
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

function difference(now: number | undefined, then: number | undefined): number | undefined {
  return now === undefined || then === undefined || now < then ? undefined : now - then;
}
