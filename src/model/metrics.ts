import type { FieldGroup } from './field-groups.ts';

/** Units of metrics; `1` is a plain number of things. */
export type MetricUnit = 'ns' | 'bytes' | '1' | 'percent' | 'MHz' | 'bytes/s';

/** One metric of a task. */
export interface Metric {
  /** It is read, and part of a sample, when one of these groups is requested. */
  readonly group: FieldGroup;
  readonly unit: MetricUnit;
  /** A counter never decreases during the life of a task; a gauge goes up and down. */
  readonly kind: 'counter' | 'gauge';
  readonly meaning: string;
}

function counter(group: FieldGroup, unit: MetricUnit, meaning: string): Metric {
  return { group, unit, kind: 'counter', meaning };
}

function gauge(group: FieldGroup, unit: MetricUnit, meaning: string): Metric {
  return { group, unit, kind: 'gauge', meaning };
}

/**
 * The metrics that are read from kernel files, by section of a sample and by key.
 *
 * A metric is defined only here. The row of numbers of a task (`sources/cgroup/readers/cgroup-row.ts`), the types of {@link
 * TaskResourceUsage}, the JSON schema of the HTTP API and the check for decreasing counters are derived from it.
 */
export const METRICS = {
  cpu: {
    totalNs: counter('cpu', 'ns', 'CPU time since the task began.'),
    userNs: counter('cpu', 'ns', 'CPU time in user mode.'),
    systemNs: counter('cpu', 'ns', 'CPU time in the kernel.'),
    periods: counter('throttling', '1', 'Periods of the CPU quota in which the task ran.'),
    throttledPeriods: counter('throttling', '1', 'Periods of the CPU quota in which the task was throttled.'),
    throttledNs: counter('throttling', 'ns', 'Time for which the task was throttled by its CPU quota.'),
    quotaNs: gauge('limits', 'ns', 'The CPU quota: CPU time in each period; absent when there is none.'),
    periodNs: gauge('limits', 'ns', 'The period of the CPU quota.'),
  },
  memory: {
    rssBytes: gauge('memoryDetail', 'bytes', 'Anonymous memory.'),
    cacheBytes: gauge('memoryDetail', 'bytes', 'File cache.'),
    mappedFileBytes: gauge('memoryDetail', 'bytes', 'Files mapped into memory.'),
    swapBytes: gauge('memoryDetail', 'bytes', 'Swap in use.'),
    usageBytes: gauge('memory', 'bytes', 'Memory that counts against the limit, file cache included.'),
    maxUsageBytes: gauge('memory', 'bytes', 'The highest memory usage so far.'),
    kernelUsageBytes: gauge('kernelMemory', 'bytes', 'Memory of the kernel.'),
    kernelMaxUsageBytes: gauge('kernelMemory', 'bytes', 'The highest memory of the kernel so far.'),
    limitBytes: gauge('limits', 'bytes', 'The memory limit; absent when there is none.'),
    reservationBytes: gauge(
      'limits',
      'bytes',
      'Memory reserved for the task when memory is short; absent when none is reserved.',
    ),
    oomKills: counter('limits', '1', 'Processes of the task that the OOM killer has killed.'),
    limitHits: counter('limits', '1', 'How often the memory limit was reached.'),
    pageFaults: counter('memoryDetail', '1', 'Page faults, the major ones included.'),
    majorPageFaults: counter('memoryDetail', '1', 'Page faults that had to wait for a block device.'),
  },
  io: {
    readBytes: counter('io', 'bytes', 'Bytes read from block devices.'),
    writeBytes: counter('io', 'bytes', 'Bytes written to block devices.'),
    readOps: counter('io', '1', 'Reads from block devices.'),
    writeOps: counter('io', '1', 'Writes to block devices.'),
  },
  pidCount: {
    current: gauge('pids', '1', 'Processes and threads.'),
    peak: gauge('pids', '1', 'The highest number of processes and threads so far.'),
    limit: gauge('pids', '1', 'The limit of processes and threads; absent when there is none.'),
  },
  network: {
    receivedBytes: counter('network', 'bytes', 'Bytes received.'),
    receivedPackets: counter('network', '1', 'Packets received.'),
    receiveErrors: counter('network', '1', 'Errors while receiving.'),
    receiveDrops: counter('network', '1', 'Received packets that were dropped.'),
    sentBytes: counter('network', 'bytes', 'Bytes sent.'),
    sentPackets: counter('network', '1', 'Packets sent.'),
    sendErrors: counter('network', '1', 'Errors while sending.'),
    sendDrops: counter('network', '1', 'Packets to send that were dropped.'),
  },
  /**
   * Of the pod's own directory: what the task wrote into its image, and the copy of the image if there is no overlay.
   */
  disk: {
    usageBytes: gauge('disk', 'bytes', 'Disk space of the pod, without volumes.'),
    limitBytes: gauge('disk', 'bytes', 'Size of the file system that the pod is on.'),
    inodes: gauge('disk', '1', 'Inodes of that file system.'),
    inodesFree: gauge('disk', '1', 'Free inodes of that file system.'),
  },
  /** By the state of the first thread. */
  processStates: {
    running: gauge('processes', '1', 'Processes that run, or could.'),
    sleeping: gauge('processes', '1', 'Processes that wait and can be interrupted.'),
    stopped: gauge('processes', '1', 'Processes that are stopped or traced.'),
    uninterruptible: gauge(
      'processes',
      '1',
      'Processes that wait and cannot be interrupted, mostly for a disk.',
    ),
  },
  /** Of each of `PRESSURE_RESOURCES`, once for `some` of the threads and once for `full`, all of them. */
  pressure: {
    avg10: gauge('pressure', 'percent', 'Share of the last 10 s in which threads were stalled.'),
    avg60: gauge('pressure', 'percent', 'Share of the last 60 s in which threads were stalled.'),
    avg300: gauge('pressure', 'percent', 'Share of the last 300 s in which threads were stalled.'),
    totalNs: counter('pressure', 'ns', 'Time for which threads were stalled.'),
  },
  /** Read to compute other metrics; not part of a sample. */
  hidden: {
    inactiveFileBytes: gauge('memoryDetail', 'bytes', 'File cache that can be dropped at once.'),
    ioBytesSource: gauge('io', '1', 'Which file of the blkio controller counts the bytes.'),
    ioOpsSource: gauge('io', '1', 'Which file of the blkio controller counts the operations.'),
  },
} as const satisfies Readonly<Record<string, Readonly<Record<string, Metric>>>>;

/** The metrics that are computed from others, by section and key. */
export const COMPUTED_METRICS = {
  cpu: {
    percent: gauge('cpu', 'percent', 'CPU time since the previous sample: 100 is one full core.'),
    userPercent: gauge('cpu', 'percent', 'The same in user mode.'),
    systemPercent: gauge('cpu', 'percent', 'The same in the kernel.'),
    totalTicksMhz: gauge('cpu', 'MHz', "percent / 100 × MHz of one core, Nomad's unit."),
  },
  memory: {
    workingSetBytes: gauge(
      'memoryDetail',
      'bytes',
      'usageBytes less the file cache that can be dropped at once.',
    ),
  },
  io: {
    readBytesPerSecond: gauge('io', 'bytes/s', 'Bytes read since the previous sample, a second.'),
    writeBytesPerSecond: gauge('io', 'bytes/s', 'Bytes written since the previous sample, a second.'),
  },
  network: {
    receivedBytesPerSecond: gauge(
      'network',
      'bytes/s',
      'Bytes received since the previous sample, a second.',
    ),
    sentBytesPerSecond: gauge('network', 'bytes/s', 'Bytes sent since the previous sample, a second.'),
  },
} as const satisfies Readonly<Record<string, Readonly<Record<string, Metric>>>>;

export const PRESSURE_RESOURCES = ['cpu', 'memory', 'io'] as const;
export const PRESSURE_KINDS = ['some', 'full'] as const;

/** A section of {@link METRICS}. */
export type MetricSection = keyof typeof METRICS;

type Values<Table> = { readonly [Key in keyof Table]?: number };
type Computed = typeof COMPUTED_METRICS;

/** The values of a section; metrics that were not measured are absent. */
export type SectionStats<Section extends MetricSection> = Values<(typeof METRICS)[Section]> &
  (Section extends keyof Computed ? Values<Computed[Section]> : unknown);

/** The metrics of a section, read and computed, by key. */
export function metricsOf(section: MetricSection): Readonly<Record<string, Metric>> {
  return {
    ...METRICS[section],
    ...(section in COMPUTED_METRICS ? COMPUTED_METRICS[section as keyof Computed] : {}),
  };
}
