import { measuredCpuFields, measuredMemoryFields } from '../model/nomad-fields.ts';
import type { CpuStats, MemoryStats, ResourceUsage, TaskResourceUsage } from '../model/task-stats.ts';
import type { CPUUsage } from './generated/hashicorp/nomad/plugins/drivers/proto/CPUUsage.ts';
import type { MemoryUsage } from './generated/hashicorp/nomad/plugins/drivers/proto/MemoryUsage.ts';
import type { TaskResourceUsage as WireUsage } from './generated/hashicorp/nomad/plugins/drivers/proto/TaskResourceUsage.ts';
import type { TaskStats } from './generated/hashicorp/nomad/plugins/drivers/proto/TaskStats.ts';
import { wireTime } from './times.ts';

/** A sample in Nomad's units: percent of one core, ticks in MHz, ns and bytes. What was not measured is not marked so. */
export function toTaskStats(taskId: string, usage: TaskResourceUsage): TaskStats {
  const pids = Object.entries(usage.pids ?? {}).map(([pid, of]) => [pid, toUsage(of)] as const);
  return {
    id: taskId,
    timestamp: wireTime(usage.timestampMs),
    agg_resource_usage: toUsage(usage),
    resource_usage_by_pid: Object.fromEntries(pids),
  };
}

function toUsage({ cpu, memory }: ResourceUsage): WireUsage {
  return { cpu: toCpu(cpu), memory: toMemory(memory) };
}

function toCpu(cpu: CpuStats): CPUUsage {
  return {
    system_mode: cpu.systemPercent ?? 0,
    user_mode: cpu.userPercent ?? 0,
    total_ticks: cpu.totalTicksMhz ?? 0,
    throttled_periods: whole(cpu.throttledPeriods),
    throttled_time: whole(cpu.throttledNs),
    percent: cpu.percent ?? 0,
    measured_fields: wireNames(measuredCpuFields(cpu), CPU_FIELDS),
  };
}

function toMemory(memory: MemoryStats): MemoryUsage {
  return {
    rss: whole(memory.rssBytes),
    cache: whole(memory.cacheBytes),
    max_usage: whole(memory.maxUsageBytes),
    kernel_usage: whole(memory.kernelUsageBytes),
    kernel_max_usage: whole(memory.kernelMaxUsageBytes),
    usage: whole(memory.usageBytes),
    swap: whole(memory.swapBytes),
    measured_fields: wireNames(measuredMemoryFields(memory), MEMORY_FIELDS),
  };
}

/** The wire has whole numbers from 0 on. */
function whole(value = 0): number {
  return Math.max(0, Math.round(value));
}

/**
 * The fields of the protocol that may be marked as measured. Nomad has a column for `Total Ticks` but no value for
 * it.
 */
const CPU_FIELDS = ['SYSTEM_MODE', 'USER_MODE', 'THROTTLED_PERIODS', 'THROTTLED_TIME', 'PERCENT'] as const;
const MEMORY_FIELDS = [
  'RSS',
  'CACHE',
  'SWAP',
  'USAGE',
  'MAX_USAGE',
  'KERNEL_USAGE',
  'KERNEL_MAX_USAGE',
] as const;

/** `Max Usage` is MAX_USAGE on the wire. */
function wireNames<Field extends string>(names: readonly string[], fields: readonly Field[]): Field[] {
  const measured = new Set(names.map((name) => name.toUpperCase().replaceAll(' ', '_')));
  return fields.filter((field) => measured.has(field));
}
