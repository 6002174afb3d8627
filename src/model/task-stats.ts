import type { FieldGroup } from './field-groups.ts';
import type { PRESSURE_RESOURCES, SectionStats } from './metrics.ts';

/**
 * Memory of a task, in bytes but for the two counts. The headline is `workingSetBytes` = usage − inactive file.
 * {@link METRICS} says what each field means.
 */
export type MemoryStats = SectionStats<'memory'>;

/** CPU of a task: counters as the kernel keeps them, and rates since the previous sample (0 on the first). */
export type CpuStats = SectionStats<'cpu'>;

/** Block devices: counters since the task began, and rates since the previous sample (absent on the first). */
export type IoStats = SectionStats<'io'>;

/** How many processes and threads a task has. */
export type PidsStats = SectionStats<'pidCount'>;

/** Time in which work had to wait: percent of the last 10, 60 and 300 s, and a counter. */
export type PressureStall = SectionStats<'pressure'>;

/** `some`: any thread of the task had to wait; `full`: all of them at once. */
export interface PressureFigures {
  readonly some?: PressureStall;
  readonly full?: PressureStall;
}

/** The kernel's pressure stall information, by resource. */
export type PressureStats = { readonly [Resource in (typeof PRESSURE_RESOURCES)[number]]?: PressureFigures };

/**
 * All interfaces but the loopback one, of a task that has a network namespace of its own: counters, and rates since the
 * previous sample (absent on the first).
 */
export type NetworkStats = SectionStats<'network'>;

/** Disk space of the pod, and the file system it is on; measured once a minute. */
export type DiskStats = SectionStats<'disk'>;

/** How many processes are in which state. */
export type ProcessStates = SectionStats<'processStates'>;

export interface ResourceUsage {
  readonly memory: MemoryStats;
  readonly cpu: CpuStats;
}

/** One sample of a task, in Nomad's shape. */
export interface TaskResourceUsage extends ResourceUsage {
  readonly timestampMs: number;
  /** Where the numbers come from; `pidusage` is the fallback for a pod whose cgroup cannot be read. */
  readonly source: 'cgroup-v1' | 'cgroup-v2' | 'pidusage';
  /** The groups whose metrics were read for this sample; the others have not changed since they were read. */
  readonly fresh?: readonly FieldGroup[];
  /** These only when asked for. */
  readonly io?: IoStats;
  readonly pidCount?: PidsStats;
  readonly pressure?: PressureStats;
  readonly network?: NetworkStats;
  readonly disk?: DiskStats;
  readonly processStates?: ProcessStates;
  /** Per process, only when asked for. */
  readonly pids?: Readonly<Record<string, ResourceUsage>>;
}

/** A sample with the task it belongs to. */
export interface TaskStatsSample {
  readonly taskId: string;
  readonly usage: TaskResourceUsage;
}
