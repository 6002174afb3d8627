import type { HostStats } from '../../../model/host-stats.ts';
import { MS_PER_SECOND } from '../../../model/units.ts';
import { family, type Family, type Unit } from '../family.ts';

export type DiskRow = HostStats['disks'][number];

/** Those of `machine_…` have the names of cAdvisor. */
export const HOST_FAMILIES: readonly Family<HostStats>[] = [
  host({
    name: 'machine_cpu_cores',
    help: 'Logical cores.',
    source: 'cpu.cores',
    value: ({ cpu }) => cpu.cores,
  }),
  host({
    name: 'machine_cpu_physical_cores',
    help: 'Cores without their second threads.',
    source: 'cpu.physicalCores',
    value: ({ cpu }) => cpu.physicalCores,
  }),
  host({
    name: 'machine_cpu_sockets',
    help: 'Sockets that the cores are in.',
    source: 'cpu.sockets',
    value: ({ cpu }) => cpu.sockets,
  }),
  host({
    name: 'machine_memory_bytes',
    help: 'Memory of the machine.',
    source: 'memory.totalBytes',
    value: ({ memory }) => memory.totalBytes,
    unit: 'bytes',
  }),
  host({
    name: 'machine_swap_bytes',
    help: 'Swap of the machine.',
    source: 'memory.swapTotalBytes',
    value: ({ memory }) => memory.swapTotalBytes,
    unit: 'bytes',
  }),
  host({
    name: 'rkt_host_cpu_usage_ratio',
    help: 'Utilisation of all cores together, 0 to 1.',
    source: 'cpu.percent',
    value: ({ cpu: { percent } }) => (percent === undefined ? undefined : percent / 100),
    unit: 'ratio',
  }),
  host({
    name: 'rkt_host_load1',
    help: 'Load average of one minute.',
    source: 'cpu.load1',
    value: ({ cpu }) => cpu.load1,
  }),
  host({
    name: 'rkt_host_memory_available_bytes',
    help: 'Memory available to programs.',
    source: 'memory.availableBytes',
    value: ({ memory }) => memory.availableBytes,
    unit: 'bytes',
  }),
  host({
    name: 'rkt_host_memory_used_bytes',
    help: 'Memory in use without file cache.',
    source: 'memory.usedBytes',
    value: ({ memory }) => memory.usedBytes,
    unit: 'bytes',
  }),
  host({
    name: 'rkt_host_swap_used_bytes',
    help: 'Swap in use.',
    source: 'memory.swapUsedBytes',
    value: ({ memory }) => memory.swapUsedBytes,
    unit: 'bytes',
  }),
  host({
    name: 'rkt_host_uptime_seconds',
    help: 'Time since the machine was started.',
    source: 'uptimeMs',
    value: ({ uptimeMs }) => uptimeMs / MS_PER_SECOND,
    unit: 'seconds',
  }),
];

export const DISK_FAMILIES: readonly Family<DiskRow>[] = [
  family(
    'rkt_host_filesystem_size_bytes',
    'gauge',
    { help: 'Size of the file system.', source: 'disks of the machine', unit: 'bytes' },
    ({ totalBytes }) => totalBytes,
  ),
  family(
    'rkt_host_filesystem_used_bytes',
    'gauge',
    { help: 'Used space of the file system.', source: 'disks of the machine', unit: 'bytes' },
    ({ usedBytes }) => usedBytes,
  ),
];

interface HostMetric {
  readonly name: string;
  readonly help: string;
  /** The field of the stats. */
  readonly source: string;
  readonly value: (stats: HostStats) => number | undefined;
  readonly unit?: Unit;
}

function host({ name, help, source, value, unit }: HostMetric): Family<HostStats> {
  return family(
    name,
    'gauge',
    { help, source: `${source} of the machine`, ...(unit === undefined ? {} : { unit }) },
    value,
  );
}
