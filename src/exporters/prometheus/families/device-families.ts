import type { BlockDeviceStats } from '../../../model/host-stats.ts';
import { NS_PER_SECOND } from '../../../model/units.ts';
import { family, type Family, type Unit } from '../family.ts';
import type { ContainerRow, ContainerUsage } from './container-row.ts';

const SECTOR_BYTES = 512;

/** Block devices: what the kernel counts of each cgroup, and what it counts of devices alone. */
export const DEVICE_FAMILIES: readonly Family<ContainerRow>[] = [
  traffic('reads_bytes', 'Bytes read from block devices.', 'readBytes', 'bytes'),
  traffic('writes_bytes', 'Bytes written to block devices.', 'writeBytes', 'bytes'),
  traffic('reads', 'Reads from block devices.', 'readOps'),
  traffic('writes', 'Writes to block devices.', 'writeOps'),
  {
    name: 'container_blkio_device_usage_total',
    type: 'counter',
    help: 'Bytes read from and written to block devices.',
    source: 'io.readBytes, io.writeBytes',
    series: [
      { labels: { device: 'all', operation: 'Read' }, value: ({ usage }) => usage?.io?.readBytes },
      { labels: { device: 'all', operation: 'Write' }, value: ({ usage }) => usage?.io?.writeBytes },
    ],
  },
  ofDevice('reads_merged_total', 'Reads merged with others.', ({ readsMerged }) => readsMerged),
  ofDevice('writes_merged_total', 'Writes merged with others.', ({ writesMerged }) => writesMerged),
  ofDevice('sector_reads_total', 'Sectors of 512 bytes read.', ({ readBytes }) => readBytes / SECTOR_BYTES),
  ofDevice(
    'sector_writes_total',
    'Sectors of 512 bytes written.',
    ({ writeBytes }) => writeBytes / SECTOR_BYTES,
  ),
  ofDevice('read_seconds_total', 'Time of all reads together.', ({ readNs }) => readNs / NS_PER_SECOND),
  ofDevice('write_seconds_total', 'Time of all writes together.', ({ writeNs }) => writeNs / NS_PER_SECOND),
  ofDevice('io_current', 'Requests that the device has now.', ({ inProgress }) => inProgress),
  ofDevice(
    'io_time_seconds_total',
    'Time in which the device had a request.',
    ({ busyNs }) => busyNs / NS_PER_SECOND,
  ),
  ofDevice(
    'io_time_weighted_seconds_total',
    'Time in which the device had a request, times how many it had.',
    ({ weightedNs }) => weightedNs / NS_PER_SECOND,
  ),
];

function traffic(
  name: string,
  help: string,
  key: keyof NonNullable<ContainerUsage['io']>,
  unit?: Unit,
): Family<ContainerRow> {
  const labels = { device: 'all' };
  const about = { help, source: `io.${key}`, labels, ...(unit === undefined ? {} : { unit }) };
  const value = ({ usage }: ContainerRow): number | undefined => usage?.io?.[key];
  return family(`container_fs_${name}_total`, 'counter', about, value);
}

function ofDevice(
  name: string,
  help: string,
  read: (device: BlockDeviceStats) => number,
): Family<ContainerRow> {
  const isCounter = name.endsWith('_total');
  const about = {
    help: `${help.slice(0, -1)}; of devices of the machine only.`,
    source: 'io of the disks of the machine',
    ...(name.endsWith('_seconds_total') ? { unit: 'seconds' as const } : {}),
  };
  return family(`container_fs_${name}`, isCounter ? 'counter' : 'gauge', about, ({ usage }) =>
    usage?.device === undefined ? undefined : read(usage.device),
  );
}
