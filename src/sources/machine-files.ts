import type { HostStats } from '../model/host-stats.ts';
import { MS_PER_SECOND } from '../model/units.ts';
import { readKernelFile } from './kernel-file.ts';

const BYTES_PER_KIB = 1_024;

type MemoryDetail = Pick<
  HostStats['memory'],
  | 'usageBytes'
  | 'workingSetBytes'
  | 'rssBytes'
  | 'cacheBytes'
  | 'mappedFileBytes'
  | 'pageFaults'
  | 'majorPageFaults'
  | 'oomKills'
>;

/** The memory of the machine in the terms of a cgroup, of /proc/meminfo and /proc/vmstat; what they lack is absent. */
export function readMemoryDetail(procRoot = '/proc'): MemoryDetail {
  const sizes = parseNamedNumbers(readKernelFile(`${procRoot}/meminfo`) ?? '');
  const counts = parseNamedNumbers(readKernelFile(`${procRoot}/vmstat`) ?? '');
  const bytes = (name: string): number | undefined => scaled(sizes.get(name), BYTES_PER_KIB);
  const usage = difference(bytes('MemTotal'), bytes('MemFree'));
  return present({
    usageBytes: usage,
    workingSetBytes: difference(usage, bytes('Inactive(file)')),
    rssBytes: bytes('AnonPages'),
    // What a cgroup counts as file cache is in three lines here.
    cacheBytes: sum([bytes('Cached'), bytes('Buffers'), bytes('SwapCached')]),
    mappedFileBytes: bytes('Mapped'),
    pageFaults: counts.get('pgfault'),
    majorPageFaults: counts.get('pgmajfault'),
    oomKills: counts.get('oom_kill'),
  });
}

/** When the machine was started, as /proc/stat says. */
export function readBootTimeMs(procRoot = '/proc'): number | undefined {
  const seconds = parseNamedNumbers(readKernelFile(`${procRoot}/stat`) ?? '').get('btime');
  return scaled(seconds, MS_PER_SECOND);
}

/** Cores without their second threads, and sockets, by the topology files of the cores that are there. */
export function readTopology(
  cores: number,
  sysRoot = '/sys',
): Pick<HostStats['cpu'], 'physicalCores' | 'sockets'> {
  const physicalCores = new Set<string>();
  const sockets = new Set<string>();
  for (let core = 0; core < cores; core += 1) {
    const directory = `${sysRoot}/devices/system/cpu/cpu${core}/topology`;
    const socket = readKernelFile(`${directory}/physical_package_id`)?.trim();
    const id = readKernelFile(`${directory}/core_id`)?.trim();
    // -1 is how a machine says that it does not know.
    if (socket === undefined || id === undefined || socket === '-1' || id === '-1') return {};
    sockets.add(socket);
    physicalCores.add(`${socket}:${id}`);
  }
  return physicalCores.size === 0 ? {} : { physicalCores: physicalCores.size, sockets: sockets.size };
}

/** Lines of a name and a number: `MemTotal:  16384 kB`, `pgfault 4711`, `btime 1700000000`. Others are left out. */
export function parseNamedNumbers(text: string): ReadonlyMap<string, number> {
  const lines = text.matchAll(/^[ \t]*([\w()]+):?[ \t]+(\d+)(?:[ \t]+kB)?[ \t\r]*$/gim);
  return new Map(Array.from(lines, ([, name = '', digits]) => [name, Number(digits)]));
}

function scaled(value: number | undefined, by: number): number | undefined {
  return value === undefined ? undefined : value * by;
}

function difference(whole: number | undefined, part: number | undefined): number | undefined {
  return whole === undefined || part === undefined ? undefined : Math.max(0, whole - part);
}

function sum(parts: readonly (number | undefined)[]): number | undefined {
  const known = parts.filter((part) => part !== undefined);
  return known.length === 0 ? undefined : known.reduce((all, part) => all + part, 0);
}

function present<T extends Readonly<Record<string, number | undefined>>>(
  values: T,
): { [K in keyof T]?: number } {
  const entries = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]?: number };
}
