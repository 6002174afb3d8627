import { stat, statfs } from 'node:fs/promises';

import type { BlockDeviceStats, HostDisk } from '../model/host-stats.ts';
import { NS_PER_MS } from '../model/units.ts';
import { readKernelFile } from './kernel-file.ts';

/** The kernel counts sectors of this size, whatever those of the device are. */
const SECTOR_BYTES = 512;

/** What a mounted file system has besides its size: inodes, and the counters of the block device that it is on. */
export async function diskDetails(
  mount: string,
  procRoot = '/proc',
): Promise<Pick<HostDisk, 'inodes' | 'inodesFree' | 'io'>> {
  const [{ files, ffree }, { dev }] = await Promise.all([statfs(mount), stat(mount, { bigint: true })]);
  const io = parseDiskStats(readKernelFile(`${procRoot}/diskstats`) ?? '').get(deviceNumber(dev));
  return {
    // btrfs, for one, does not count them.
    ...(files > 0 ? { inodes: files, inodesFree: ffree } : {}),
    ...(io === undefined ? {} : { io }),
  };
}

/** `major:minor`, as the kernel writes it, of the number that stat(2) gives. */
export function deviceNumber(dev: bigint): string {
  const major = ((dev >> 8n) & 0xfffn) | ((dev >> 32n) & ~0xfffn);
  const minor = (dev & 0xffn) | ((dev >> 12n) & ~0xffn);
  return `${major}:${minor}`;
}

/**
 * The devices of /proc/diskstats by `major:minor`. Later kernels add fields at the end; a line without those of Linux 2.6 is left
 * out, as that of a partition on kernels before 2.6.25 is.
 */
export function parseDiskStats(text: string): ReadonlyMap<string, BlockDeviceStats> {
  const devices = text.split('\n').flatMap((line) => {
    const [major, minor, , ...fields] = line.trim().split(/\s+/);
    const numbers = fields.slice(0, FIELDS).map((field) => (/^\d+$/.test(field) ? Number(field) : NaN));
    if (numbers.length < FIELDS || numbers.some(Number.isNaN)) return [];
    return [[`${major}:${minor}`, toStats(numbers)] as const];
  });
  return new Map(devices);
}

const FIELDS = 11;

function toStats(numbers: readonly number[]): BlockDeviceStats {
  const at = (place: number): number => numbers[place] as number;
  return {
    readOps: at(0),
    readsMerged: at(1),
    readBytes: at(2) * SECTOR_BYTES,
    readNs: at(3) * NS_PER_MS,
    writeOps: at(4),
    writesMerged: at(5),
    writeBytes: at(6) * SECTOR_BYTES,
    writeNs: at(7) * NS_PER_MS,
    inProgress: at(8),
    busyNs: at(9) * NS_PER_MS,
    weightedNs: at(10) * NS_PER_MS,
  };
}
