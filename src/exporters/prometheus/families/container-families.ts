import { memoryLimitOf, reservedCoresOf } from '../../../model/headline.ts';
import { MS_PER_SECOND, NS_PER_SECOND } from '../../../model/units.ts';
import { family, type Family, type MetricType, type Series, type Unit } from '../family.ts';
import type { ContainerRow, ContainerUsage } from './container-row.ts';
import { DEVICE_FAMILIES } from './device-families.ts';

type Value = Series<ContainerRow>['value'];

/** The names and units of cAdvisor, which dashboards use. */
export const CONTAINER_FAMILIES: readonly Family<ContainerRow>[] = [
  cpu('usage', 'CPU time used', 'totalNs'),
  cpu('user', 'CPU time used in user mode', 'userNs'),
  cpu('system', 'CPU time used in the kernel', 'systemNs'),
  container('cpu_cfs_periods_total', 'counter', {
    help: 'Periods of the CPU quota in which the task ran.',
    source: 'cpu.periods',
    value: ({ usage }) => usage?.cpu?.periods,
  }),
  container('cpu_cfs_throttled_periods_total', 'counter', {
    help: 'Periods of the CPU quota in which the task was throttled.',
    source: 'cpu.throttledPeriods',
    value: ({ usage }) => usage?.cpu?.throttledPeriods,
  }),
  container('cpu_cfs_throttled_seconds_total', 'counter', {
    help: 'Time for which the task was throttled by its CPU quota.',
    source: 'cpu.throttledNs',
    unit: 'seconds',
    value: ({ usage }) => seconds(usage?.cpu?.throttledNs),
  }),
  memory('usage_bytes', 'Memory that counts against the limit, file cache included.', 'usageBytes'),
  memory('working_set_bytes', 'Memory in use without inactive file cache.', 'workingSetBytes'),
  memory('rss', 'Anonymous memory.', 'rssBytes'),
  memory('cache', 'File cache.', 'cacheBytes'),
  memory('swap', 'Swap in use.', 'swapBytes'),
  memory('mapped_file', 'Files mapped into memory.', 'mappedFileBytes'),
  memory('max_usage_bytes', 'The highest memory usage so far.', 'maxUsageBytes'),
  memory('kernel_usage', 'Memory of the kernel; only with the group kernelMemory.', 'kernelUsageBytes'),
  memoryFailures(),
  container('memory_failcnt', 'unknown', {
    help: 'How often the memory limit was reached; only rises.',
    source: 'memory.limitHits',
    value: ({ usage }) => usage?.memory?.limitHits,
  }),
  container('spec_memory_limit_bytes', 'gauge', {
    help: 'The memory limit; absent when there is none.',
    source: 'memory.limitBytes, else the limit the task was started with',
    unit: 'bytes',
    value: ({ usage, status }) => memoryLimitOf({ memory: usage?.memory ?? {} }, status),
  }),
  container('spec_memory_reservation_limit_bytes', 'gauge', {
    help: 'Memory reserved for the task when memory is short; absent when none is reserved.',
    source: 'memory.reservationBytes',
    unit: 'bytes',
    value: ({ usage }) => usage?.memory?.reservationBytes,
  }),
  container('spec_cpu_quota', 'gauge', {
    help: 'The CPU quota in µs for each period; absent when there is none.',
    source: 'cpu.quotaNs',
    value: ({ usage }) => micros(usage?.cpu?.quotaNs),
  }),
  container('spec_cpu_period', 'gauge', {
    help: 'The period of the CPU quota in µs.',
    source: 'cpu.periodNs',
    value: ({ usage }) => micros(usage?.cpu?.periodNs),
  }),
  container('spec_cpu_shares', 'gauge', {
    help: 'The weight of the task when CPU is short; absent when none was given.',
    source: 'resources.cpuShares of the task',
    value: ({ spec }) => spec?.resources.cpuShares,
  }),
  container('spec_cpuset_cores', 'gauge', {
    help: 'Number of cores the task is pinned to; absent when it may run on all.',
    source: 'resources.cpusetCpus of the task',
    value: ({ status }) => reservedCoresOf(status),
  }),
  container('oom_events_total', 'counter', {
    help: 'Processes of the task that the OOM killer has killed.',
    source: 'memory.oomKills',
    value: ({ usage }) => usage?.memory?.oomKills,
  }),
  network('receive_bytes', 'Bytes received.', ({ usage }) => usage?.network?.receivedBytes),
  network('receive_packets', 'Packets received.', ({ usage }) => usage?.network?.receivedPackets),
  network('receive_errors', 'Errors of receiving.', ({ usage }) => usage?.network?.receiveErrors),
  network('receive_packets_dropped', 'Received packets dropped.', (row) => row.usage?.network?.receiveDrops),
  network('transmit_bytes', 'Bytes sent.', ({ usage }) => usage?.network?.sentBytes),
  network('transmit_packets', 'Packets sent.', ({ usage }) => usage?.network?.sentPackets),
  network('transmit_errors', 'Errors of sending.', ({ usage }) => usage?.network?.sendErrors),
  network('transmit_packets_dropped', 'Packets to send dropped.', (row) => row.usage?.network?.sendDrops),
  ...DEVICE_FAMILIES,
  disk('usage_bytes', 'Disk space of the pod, without volumes; only with the group disk.', 'usageBytes'),
  disk('limit_bytes', 'Size of the file system that the pod is on; only with the group disk.', 'limitBytes'),
  disk('inodes_total', 'Inodes of that file system; only with the group disk.', 'inodes'),
  disk('inodes_free', 'Free inodes of that file system; only with the group disk.', 'inodesFree'),
  {
    name: 'container_tasks_state',
    type: 'gauge',
    help: 'Processes of the task by state; only with the group processes.',
    source: 'processStates',
    series: (['running', 'sleeping', 'stopped', 'uninterruptible'] as const).map((state) => ({
      labels: { state },
      value: ({ usage }) => usage?.processStates?.[state],
    })),
  },
  container('processes', 'gauge', {
    help: 'Processes of the task; only with the group processes.',
    source: 'the number of pids',
    value: ({ usage }) => (usage?.pids === undefined ? undefined : Object.keys(usage.pids).length),
  }),
  container('threads', 'gauge', {
    help: 'Threads of the task.',
    source: 'pidCount.current',
    value: ({ usage }) => usage?.pidCount?.current,
  }),
  container('threads_max', 'gauge', {
    help: 'Maximum number of threads of the task; absent when there is no limit.',
    source: 'pidCount.limit',
    value: ({ usage }) => usage?.pidCount?.limit,
  }),
  ...pressure('cpu'),
  ...pressure('memory'),
  ...pressure('io'),
  container('start_time_seconds', 'gauge', {
    help: 'When the task was started, since the epoch.',
    source: 'startedAtMs of the task',
    unit: 'seconds',
    value: ({ status, startedAtMs: at = status?.startedAtMs }) =>
      at === undefined ? undefined : at / MS_PER_SECOND,
  }),
  container('last_seen', 'gauge', {
    help: 'When the task was sampled last, since the epoch.',
    source: 'timestampMs',
    unit: 'seconds',
    value: ({ usage }) => (usage?.timestampMs === undefined ? undefined : usage.timestampMs / MS_PER_SECOND),
  }),
];

interface About {
  readonly help: string;
  readonly source: string;
  readonly unit?: Unit;
  readonly value: Value;
  readonly labels?: Readonly<Record<string, string>>;
}

function container(name: string, type: MetricType, { value, ...about }: About): Family<ContainerRow> {
  return family(`container_${name}`, type, about, value);
}

function seconds(ns: number | undefined): number | undefined {
  return ns === undefined ? undefined : ns / NS_PER_SECOND;
}

/** cAdvisor gives quota and period in µs. */
function micros(ns: number | undefined): number | undefined {
  return ns === undefined ? undefined : ns / 1_000;
}

function cpu(mode: string, help: string, key: 'totalNs' | 'userNs' | 'systemNs'): Family<ContainerRow> {
  return container(`cpu_${mode}_seconds_total`, 'counter', {
    help: `${help}.`,
    source: `cpu.${key}`,
    unit: 'seconds',
    labels: { cpu: 'total' },
    value: ({ usage }) => seconds(usage?.cpu?.[key]),
  });
}

type MemoryKey = keyof NonNullable<ContainerUsage['memory']>;

function memory(name: string, help: string, key: MemoryKey): Family<ContainerRow> {
  return container(`memory_${name}`, 'gauge', {
    help,
    source: `memory.${key}`,
    unit: 'bytes',
    value: ({ usage }) => usage?.memory?.[key],
  });
}

/** What a task's cgroup counts holds all that is below it as well, so both scopes have the same value. */
function memoryFailures(): Family<ContainerRow> {
  const series = (
    failure_type: string,
    key: 'pageFaults' | 'majorPageFaults',
  ): readonly Series<ContainerRow>[] =>
    ['container', 'hierarchy'].map((scope) => ({
      labels: { failure_type, scope },
      value: ({ usage }) => usage?.memory?.[key],
    }));
  return {
    name: 'container_memory_failures_total',
    type: 'counter',
    help: 'Page faults; the major ones had to wait for a block device.',
    source: 'memory.pageFaults, memory.majorPageFaults',
    series: [...series('pgfault', 'pageFaults'), ...series('pgmajfault', 'majorPageFaults')],
  };
}

function network(name: string, help: string, value: Value): Family<ContainerRow> {
  return container(`network_${name}_total`, 'counter', {
    help,
    source: 'network, of a pod with a network of its own',
    ...(name.endsWith('_bytes') ? { unit: 'bytes' } : {}),
    labels: { interface: 'all' },
    value,
  });
}

type DiskKey = keyof NonNullable<ContainerUsage['disk']>;

function disk(name: string, help: string, key: DiskKey): Family<ContainerRow> {
  return container(`fs_${name}`, 'gauge', {
    help,
    source: `disk.${key}`,
    ...(name.endsWith('_bytes') ? { unit: 'bytes' } : {}),
    labels: { device: 'all' },
    value: ({ usage }) => usage?.disk?.[key],
  });
}

function pressure(resource: 'cpu' | 'memory' | 'io'): readonly Family<ContainerRow>[] {
  const of = (word: string, help: string, which: 'some' | 'full'): Family<ContainerRow> =>
    container(`pressure_${resource}_${word}_seconds_total`, 'counter', {
      help: `Time in which ${help} of the task waited for ${resource}.`,
      source: `pressure.${resource}.${which}.totalNs`,
      unit: 'seconds',
      value: ({ usage }) => seconds(usage?.pressure?.[resource]?.[which]?.totalNs),
    });
  return [of('waiting', 'any thread', 'some'), of('stalled', 'all threads', 'full')];
}
