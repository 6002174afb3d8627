import type { CpuStats, MemoryStats } from './task-stats.ts';

/** Nomad's names of the fields of memory and CPU, in Nomad's order. */
const MEMORY_FIELDS = [
  ['RSS', 'rssBytes'],
  ['Cache', 'cacheBytes'],
  ['Swap', 'swapBytes'],
  ['Mapped File', 'mappedFileBytes'],
  ['Usage', 'usageBytes'],
  ['Max Usage', 'maxUsageBytes'],
  ['Kernel Usage', 'kernelUsageBytes'],
  ['Kernel Max Usage', 'kernelMaxUsageBytes'],
] as const satisfies readonly (readonly [string, keyof MemoryStats])[];

const CPU_FIELDS = [
  ['System Mode', 'systemPercent'],
  ['User Mode', 'userPercent'],
  ['Total Ticks', 'totalTicksMhz'],
  ['Throttled Periods', 'throttledPeriods'],
  ['Throttled Time', 'throttledNs'],
  ['Percent', 'percent'],
] as const satisfies readonly (readonly [string, keyof CpuStats])[];

export type NomadMemoryField = (typeof MEMORY_FIELDS)[number][0];
export type NomadCpuField = (typeof CPU_FIELDS)[number][0];

/**
 * Nomad's names of the memory fields that were measured, in Nomad's order.
 *
 * @example
 * driver.taskStats('web').subscribe(({ memory }) => console.log(measuredMemoryFields(memory)));
 */
export function measuredMemoryFields(memory: MemoryStats): readonly NomadMemoryField[] {
  return MEMORY_FIELDS.filter(([, key]) => memory[key] !== undefined).map(([name]) => name);
}

/**
 * Nomad's names of the CPU fields that were measured, in Nomad's order.
 *
 * @example
 * driver.taskStats('web').subscribe(({ cpu }) => console.log(measuredCpuFields(cpu)));
 */
export function measuredCpuFields(cpu: CpuStats): readonly NomadCpuField[] {
  return CPU_FIELDS.filter(([, key]) => cpu[key] !== undefined).map(([name]) => name);
}
