import type { NetworkStats } from './task-stats.ts';

/** Stats of the whole machine. Absent when not measured; counters are those since it was started. */
export interface HostStats {
  readonly timestampMs: number;
  readonly cpu: {
    readonly cores: number;
    /** Of the whole machine: 0–100. */
    readonly percent?: number;
    readonly mhzPerCore?: number;
    readonly load1?: number;
    /** Cores without their second threads, and the sockets they are in. */
    readonly physicalCores?: number;
    readonly sockets?: number;
    /** Counters of all cores together. */
    readonly totalNs?: number;
    readonly userNs?: number;
    readonly systemNs?: number;
  };
  readonly memory: {
    readonly totalBytes?: number;
    readonly usedBytes?: number;
    readonly availableBytes?: number;
    readonly swapTotalBytes?: number;
    readonly swapUsedBytes?: number;
    /** All that is not free, file cache included. */
    readonly usageBytes?: number;
    /** `usageBytes` less the file cache that can be dropped at once. */
    readonly workingSetBytes?: number;
    readonly rssBytes?: number;
    readonly cacheBytes?: number;
    readonly mappedFileBytes?: number;
    /** Counters of all processes together. */
    readonly pageFaults?: number;
    readonly majorPageFaults?: number;
    readonly oomKills?: number;
  };
  /** All interfaces of this network namespace but the loopback one. */
  readonly network?: HostNetwork;
  readonly disks: readonly HostDisk[];
  readonly uptimeMs: number;
  /** When the machine was started, since the epoch, in whole seconds. */
  readonly bootedAtMs?: number;
}

/** Counters of interfaces. */
export type HostNetwork = Omit<NetworkStats, 'receivedBytesPerSecond' | 'sentBytesPerSecond'>;

/** A mounted file system. */
export interface HostDisk {
  readonly mount: string;
  readonly totalBytes: number;
  readonly usedBytes: number;
  /** As it is mounted: `/dev/sda1`, `overlay`. */
  readonly device?: string;
  readonly inodes?: number;
  readonly inodesFree?: number;
  /** Only of a file system on one block device. */
  readonly io?: BlockDeviceStats;
}

/** Counters of a block device, but for `inProgress`, which is how many requests it has at the moment. */
export interface BlockDeviceStats {
  readonly readOps: number;
  readonly readsMerged: number;
  readonly readBytes: number;
  /** Time of all reads together. */
  readonly readNs: number;
  readonly writeOps: number;
  readonly writesMerged: number;
  readonly writeBytes: number;
  readonly writeNs: number;
  readonly inProgress: number;
  /** Time in which the device had any request. */
  readonly busyNs: number;
  /** The same, weighted by how many it had. */
  readonly weightedNs: number;
}
