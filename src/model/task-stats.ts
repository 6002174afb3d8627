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
  readonly throttledPeriods?: number;
  readonly throttledNs?: number;
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
