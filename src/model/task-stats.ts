import type { FieldGroup } from './field-groups.ts';

/**
 * Memory of a task. Every field is in bytes and absent when the kernel did not tell it.
 * The headline is `workingSetBytes` = usage − inactive file.
 */
export interface MemoryStats {
  readonly rssBytes?: number;
  readonly cacheBytes?: number;
  readonly swapBytes?: number;
  readonly mappedFileBytes?: number;
  readonly usageBytes?: number;
  readonly maxUsageBytes?: number;
  readonly kernelUsageBytes?: number;
  readonly kernelMaxUsageBytes?: number;
  readonly workingSetBytes?: number;
  readonly limitBytes?: number;
  readonly oomKills?: number;
  /** How often the memory limit was reached. */
  readonly limitHits?: number;
}

/** CPU of a task: counters as the kernel keeps them, and rates since the sample before (0 on the first). */
export interface CpuStats {
  /** CPU time since the task began. */
  readonly totalNs?: number;
  readonly userNs?: number;
  readonly systemNs?: number;
  /** Of one core: 200 = two full cores. */
  readonly percent?: number;
  readonly userPercent?: number;
  readonly systemPercent?: number;
  /** percent / 100 × MHz of one core, Nomad's unit. */
  readonly totalTicksMhz?: number;
  /** Periods of the CPU quota in which the task ran, and those in which it was held back. */
  readonly periods?: number;
  readonly throttledPeriods?: number;
  readonly throttledNs?: number;
}

/** Block devices: counters since the task began, and rates since the sample before (absent on the first). */
export interface IoStats {
  readonly readBytes?: number;
  readonly writeBytes?: number;
  readonly readOps?: number;
  readonly writeOps?: number;
  readonly readBytesPerSecond?: number;
  readonly writeBytesPerSecond?: number;
}

/** How many processes and threads a task has. */
export interface PidsStats {
  readonly current?: number;
  readonly peak?: number;
  readonly limit?: number;
}

/** Time in which work had to wait: `some` for any of the tasks' threads, `full` for all at once. */
export interface PressureStall {
  /** Percent of the last 10, 60 and 300 seconds. */
  readonly avg10?: number;
  readonly avg60?: number;
  readonly avg300?: number;
  readonly totalNs?: number;
}

export interface PressureFigures {
  readonly some?: PressureStall;
  readonly full?: PressureStall;
}

/** The kernel's pressure stall information. */
export interface PressureStats {
  readonly cpu?: PressureFigures;
  readonly memory?: PressureFigures;
  readonly io?: PressureFigures;
}

/** All interfaces but the loopback one, of a task that has a network namespace of its own. */
export interface NetworkStats {
  readonly receivedBytes?: number;
  readonly receivedPackets?: number;
  readonly receiveErrors?: number;
  readonly receiveDrops?: number;
  readonly sentBytes?: number;
  readonly sentPackets?: number;
  readonly sendErrors?: number;
  readonly sendDrops?: number;
  readonly receivedBytesPerSecond?: number;
  readonly sentBytesPerSecond?: number;
}

export interface ResourceUsage {
  readonly memory: MemoryStats;
  readonly cpu: CpuStats;
}

/** One sample of a task, in Nomad's shape. */
export interface TaskResourceUsage extends ResourceUsage {
  readonly timestampMs: number;
  /** Where the figures come from; `pidusage` is the fallback for a pod whose cgroup cannot be read. */
  readonly source: 'cgroup-v1' | 'cgroup-v2' | 'pidusage';
  /** The groups whose figures are of this moment; the others stand as they were when something last moved. */
  readonly fresh?: readonly FieldGroup[];
  /** These only when asked for. */
  readonly io?: IoStats;
  readonly pidCount?: PidsStats;
  readonly pressure?: PressureStats;
  readonly network?: NetworkStats;
  /** Per process, only when asked for. */
  readonly pids?: Readonly<Record<string, ResourceUsage>>;
}

/** A sample with the task it belongs to. */
export interface TaskStatsSample {
  readonly taskId: string;
  readonly usage: TaskResourceUsage;
}

/** Nomad's names of the memory fields that were measured, in Nomad's order. */
export function measuredMemoryFields(memory: MemoryStats): readonly string[] {
  return measured([
    ['RSS', memory.rssBytes],
    ['Cache', memory.cacheBytes],
    ['Swap', memory.swapBytes],
    ['Mapped File', memory.mappedFileBytes],
    ['Usage', memory.usageBytes],
    ['Max Usage', memory.maxUsageBytes],
    ['Kernel Usage', memory.kernelUsageBytes],
    ['Kernel Max Usage', memory.kernelMaxUsageBytes],
  ]);
}

/** Nomad's names of the CPU fields that were measured. */
export function measuredCpuFields(cpu: CpuStats): readonly string[] {
  return measured([
    ['System Mode', cpu.systemPercent],
    ['User Mode', cpu.userPercent],
    ['Total Ticks', cpu.totalTicksMhz],
    ['Throttled Periods', cpu.throttledPeriods],
    ['Throttled Time', cpu.throttledNs],
    ['Percent', cpu.percent],
  ]);
}

function measured(fields: readonly (readonly [string, number | undefined])[]): readonly string[] {
  return fields.filter(([, value]) => value !== undefined).map(([name]) => name);
}
