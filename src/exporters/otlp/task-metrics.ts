import { coresOf, reservedCoresOf } from '../../model/headline.ts';
import { MS_PER_SECOND, NS_PER_SECOND } from '../../model/units.ts';
import type { TaskResourceUsage } from '../../model/task-stats.ts';
import type { TaskStatus } from '../../model/task-status.ts';
import { ATTRIBUTE, METRIC } from './semantic-names.ts';

/** A running task and its latest sample. */
export interface MeasuredTask {
  readonly status: TaskStatus;
  readonly usage: TaskResourceUsage;
}

/** One value of a metric; undefined means not measured. */
export interface MetricValue {
  readonly value: number | undefined;
  readonly attributes?: Readonly<Record<string, string>>;
}

/** A metric of tasks. A `counter` never decreases, a `sum` can be summed up over tasks, a `gauge` cannot. */
export interface TaskMetric {
  readonly name: string;
  readonly kind: 'counter' | 'sum' | 'gauge';
  readonly isInteger: boolean;
  readonly unit: string;
  readonly description: string;
  readonly read: (task: MeasuredTask) => readonly MetricValue[];
}

export const TASK_METRICS: readonly TaskMetric[] = [
  {
    name: METRIC.cpuTime,
    kind: 'counter',
    isInteger: false,
    unit: 's',
    description: 'CPU time used.',
    read: ({ usage: { cpu } }) => cpuTimes(cpu),
  },
  {
    name: METRIC.cpuUsage,
    kind: 'gauge',
    isInteger: false,
    unit: '{cpu}',
    description: 'Cores in use.',
    read: ({ usage }) => [{ value: coresOf(usage) }],
  },
  bytes(METRIC.memoryUsage, 'Memory that counts against the limit.', 'usageBytes'),
  bytes(METRIC.memoryWorkingSet, 'Memory in use without inactive file cache.', 'workingSetBytes'),
  bytes(METRIC.memoryRss, 'Anonymous memory.', 'rssBytes'),
  bytes(METRIC.memoryLimit, 'The memory limit.', 'limitBytes'),
  bytes(METRIC.memoryReservation, 'Memory reserved for the task when memory is short.', 'reservationBytes'),
  setting(METRIC.cpuQuota, 's', 'The CPU quota: CPU time in each period.', ({ usage }) =>
    seconds(usage.cpu.quotaNs),
  ),
  setting(METRIC.cpuPeriod, 's', 'The period of the CPU quota.', ({ usage }) => seconds(usage.cpu.periodNs)),
  setting(METRIC.cpusetCores, '{cpu}', 'Number of cores the task is pinned to.', ({ status }) =>
    reservedCoresOf(status),
  ),
  disk(METRIC.filesystemUsage, 'Disk space of the pod, without volumes.', 'usageBytes'),
  disk(METRIC.filesystemCapacity, 'Size of the file system that the pod is on.', 'limitBytes'),
  io(METRIC.diskIo, 'Bytes from and to block devices.', ({ io: stats }) => [
    { value: stats?.readBytes, attributes: { [ATTRIBUTE.diskDirection]: 'read' } },
    { value: stats?.writeBytes, attributes: { [ATTRIBUTE.diskDirection]: 'write' } },
  ]),
  io(METRIC.networkIo, 'Bytes from and to the network.', ({ network }) => [
    { value: network?.receivedBytes, attributes: { [ATTRIBUTE.networkDirection]: 'receive' } },
    { value: network?.sentBytes, attributes: { [ATTRIBUTE.networkDirection]: 'transmit' } },
  ]),
  {
    name: METRIC.uptime,
    kind: 'gauge',
    isInteger: false,
    unit: 's',
    description: 'Time since the task was started.',
    read: ({ status: { startedAtMs }, usage: { timestampMs } }) => [
      { value: startedAtMs === undefined ? undefined : (timestampMs - startedAtMs) / MS_PER_SECOND },
    ],
  },
  {
    name: METRIC.throttledTime,
    kind: 'counter',
    isInteger: false,
    unit: 's',
    description: 'Time for which the task was throttled by its CPU quota.',
    read: ({ usage: { cpu } }) => [{ value: seconds(cpu.throttledNs) }],
  },
  {
    name: METRIC.oomKills,
    kind: 'counter',
    isInteger: true,
    unit: '{process}',
    description: 'Processes of the task that the OOM killer has killed.',
    read: ({ usage: { memory } }) => [{ value: memory.oomKills }],
  },
  {
    name: METRIC.threads,
    kind: 'sum',
    isInteger: true,
    unit: '{thread}',
    description: 'Threads of the task.',
    read: ({ usage: { pidCount } }) => [{ value: pidCount?.current }],
  },
];

function seconds(ns: number | undefined): number | undefined {
  return ns === undefined ? undefined : ns / NS_PER_SECOND;
}

/** By mode if the kernel reports it; the total in addition would count everything twice. */
function cpuTimes({ totalNs, userNs, systemNs }: TaskResourceUsage['cpu']): readonly MetricValue[] {
  if (userNs === undefined || systemNs === undefined) return [{ value: seconds(totalNs) }];
  return [
    { value: seconds(userNs), attributes: { [ATTRIBUTE.cpuMode]: 'user' } },
    { value: seconds(systemNs), attributes: { [ATTRIBUTE.cpuMode]: 'system' } },
  ];
}

function bytes(name: string, description: string, key: keyof TaskResourceUsage['memory']): TaskMetric {
  return {
    name,
    kind: 'sum',
    isInteger: true,
    unit: 'By',
    description,
    read: ({ usage: { memory } }) => [{ value: memory[key] }],
  };
}

function setting(
  name: string,
  unit: string,
  description: string,
  value: (task: MeasuredTask) => number | undefined,
): TaskMetric {
  return {
    name,
    kind: 'gauge',
    isInteger: false,
    unit,
    description,
    read: (task) => [{ value: value(task) }],
  };
}

function disk(name: string, description: string, key: 'usageBytes' | 'limitBytes'): TaskMetric {
  return {
    name,
    kind: 'gauge',
    isInteger: true,
    unit: 'By',
    description,
    read: ({ usage }) => [{ value: usage.disk?.[key] }],
  };
}

function io(
  name: string,
  description: string,
  values: (usage: TaskResourceUsage) => readonly MetricValue[],
): TaskMetric {
  return {
    name,
    kind: 'counter',
    isInteger: true,
    unit: 'By',
    description,
    read: ({ usage }) => values(usage),
  };
}
