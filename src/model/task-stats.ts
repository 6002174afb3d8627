import type { FieldGroup } from './field-groups.ts';
import type { PRESSURE_RESOURCES, SectionStats } from './metrics.ts';

/**
 * Memory of a task, in bytes except for the two counts. The headline is `workingSetBytes` = usage − inactive file.
 * {@link METRICS} describes each field.
 */
export type MemoryStats = SectionStats<'memory'>;

/** CPU of a task: counters as the kernel keeps them, and rates since the previous sample (0 on the first). */
export type CpuStats = SectionStats<'cpu'>;

/** Block devices: counters since the task began, and rates since the previous sample (absent on the first). */
export type IoStats = SectionStats<'io'>;

/** The number of processes and threads of a task. */
export type PidsStats = SectionStats<'pidCount'>;

/** Time in which work was stalled: percent of the last 10, 60 and 300 s, and a counter. */
export type PressureStall = SectionStats<'pressure'>;

/** `some`: any thread of the task was stalled; `full`: all of them at the same time. */
export interface PressureValues {
  readonly some?: PressureStall;
  readonly full?: PressureStall;
}

/** The kernel's pressure stall information, by resource. */
export type PressureStats = { readonly [Resource in (typeof PRESSURE_RESOURCES)[number]]?: PressureValues };

/**
 * All interfaces except loopback, of a task with a separate network namespace: counters, and rates since the previous
 * sample (absent on the first).
 */
export type NetworkStats = SectionStats<'network'>;

/** Disk space of the pod, and the file system it is on; measured once a minute. */
export type DiskStats = SectionStats<'disk'>;

/** The number of processes in each state. */
export type ProcessStates = SectionStats<'processStates'>;

export interface ResourceUsage {
  readonly memory: MemoryStats;
  readonly cpu: CpuStats;
}

/** One sample of a task, in the structure that Nomad uses. */
export interface TaskResourceUsage extends ResourceUsage {
  readonly timestampMs: number;
  /** The source of the metrics; `pidusage` is the fallback for a pod whose cgroup cannot be read. */
  readonly source: 'cgroup-v1' | 'cgroup-v2' | 'pidusage';
  /** The groups whose metrics were read for this sample; the others have not changed since they were read. */
  readonly fresh?: readonly FieldGroup[];
  /** Only on request. */
  readonly io?: IoStats;
  readonly pidCount?: PidsStats;
  readonly pressure?: PressureStats;
  readonly network?: NetworkStats;
  readonly disk?: DiskStats;
  readonly processStates?: ProcessStates;
  /** Per process, only on request. */
  readonly pids?: Readonly<Record<string, ResourceUsage>>;
}

/** A sample with the task it belongs to. */
export interface TaskStatsSample {
  readonly taskId: string;
  readonly usage: TaskResourceUsage;
}
