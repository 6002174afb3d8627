import type { HostDisk, HostStats } from '../../model/host-stats.ts';
import type { ContainerRow } from './families/container-row.ts';
import type { Labels } from './label-text.ts';
import type { Entry } from './series-table.ts';

/** No task has such a key: the id of a task contains no NUL byte. */
const KEY = '\0';
const ROOT: Labels = { id: '/' };

/**
 * The machine as in cAdvisor: a container with the id `/` and without a name. Its file systems have their device as a
 * label.
 */
export function createMachineEntries(): (host: HostStats | undefined) => readonly Entry<ContainerRow>[] {
  const labelsOf = new Map<string, Labels>();
  const diskEntry = (device: string, disk: HostDisk): Entry<ContainerRow> => {
    const labels = labelsOf.get(device) ?? { ...ROOT, device };
    labelsOf.set(device, labels);
    return { key: KEY + device, labels, row: diskRow(disk) };
  };
  return (host) => {
    if (host === undefined) return [];
    const devices = new Map<string, HostDisk>();
    for (const disk of host.disks) {
      if (disk.device !== undefined && !devices.has(disk.device)) devices.set(disk.device, disk);
    }
    return [
      { key: KEY, labels: ROOT, row: machineRow(host) },
      ...Array.from(devices, ([device, disk]) => diskEntry(device, disk)),
    ];
  };
}

function machineRow({ timestampMs, bootedAtMs, cpu, memory, network }: HostStats): ContainerRow {
  const { swapUsedBytes: swapBytes } = memory;
  return {
    startedAtMs: bootedAtMs,
    usage: {
      timestampMs,
      cpu,
      memory: { ...memory, ...(swapBytes === undefined ? {} : { swapBytes }) },
      ...(network === undefined ? {} : { network }),
    },
  };
}

function diskRow({ totalBytes, usedBytes, inodes, inodesFree, io }: HostDisk): ContainerRow {
  return {
    usage: {
      disk: {
        usageBytes: usedBytes,
        limitBytes: totalBytes,
        ...(inodes === undefined ? {} : { inodes }),
        ...(inodesFree === undefined ? {} : { inodesFree }),
      },
      ...(io === undefined ? {} : { io, device: io }),
    },
  };
}
