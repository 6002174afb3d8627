import type { HostStats } from '../../../model/host-stats.ts';
import { MS_PER_SECOND } from '../../../model/units.ts';
import { family, type Family, type Unit } from '../family.ts';

export type DiskRow = HostStats['disks'][number];

/** Those of `machine_…` have the names of cAdvisor. */
export const HOST_FAMILIES: readonly Family<HostStats>[] = [
  host('machine_cpu_cores', 'Logical cores.', 'cpu.cores', ({ cpu }) => cpu.cores),
  host(
    'machine_cpu_physical_cores',
    'Cores without their second threads.',
    'cpu.physicalCores',
    ({ cpu }) => cpu.physicalCores,
  ),
  host('machine_cpu_sockets', 'Sockets that the cores are in.', 'cpu.sockets', ({ cpu }) => cpu.sockets),
  host(
    'machine_memory_bytes',
    'Memory of the machine.',
    'memory.totalBytes',
    ({ memory }) => memory.totalBytes,
    'bytes',
  ),
  host(
    'machine_swap_bytes',
    'Swap of the machine.',
    'memory.swapTotalBytes',
    ({ memory }) => memory.swapTotalBytes,
    'bytes',
  ),
  host(
    'rkt_host_cpu_usage_ratio',
    'Utilisation of all cores together, 0 to 1.',
    'cpu.percent',
    ({ cpu: { percent } }) => (percent === undefined ? undefined : percent / 100),
    'ratio',
  ),
  host('rkt_host_load1', 'Load average of one minute.', 'cpu.load1', ({ cpu }) => cpu.load1),
  host(
    'rkt_host_memory_available_bytes',
    'Memory available to programs.',
    'memory.availableBytes',
    ({ memory }) => memory.availableBytes,
    'bytes',
  ),
  host(
    'rkt_host_memory_used_bytes',
    'Memory in use without file cache.',
    'memory.usedBytes',
    ({ memory }) => memory.usedBytes,
    'bytes',
  ),
  host(
    'rkt_host_swap_used_bytes',
    'Swap in use.',
    'memory.swapUsedBytes',
    ({ memory }) => memory.swapUsedBytes,
    'bytes',
  ),
  host(
    'rkt_host_uptime_seconds',
    'Time since the machine was started.',
    'uptimeMs',
    ({ uptimeMs }) => uptimeMs / MS_PER_SECOND,
    'seconds',
  ),
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

function host(
  name: string,
  help: string,
  source: string,
  value: (stats: HostStats) => number | undefined,
  unit?: Unit,
): Family<HostStats> {
  return family(
    name,
    'gauge',
    { help, source: `${source} of the machine`, ...(unit === undefined ? {} : { unit }) },
    value,
  );
}
