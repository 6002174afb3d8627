import { cpus, loadavg, uptime, type CpuInfo } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';

import type { Systeminformation } from 'systeminformation';

import type { HostStats } from '../model/host-stats.ts';
import { MS_PER_SECOND, NS_PER_MS } from '../model/units.ts';
import { diskDetails } from './block-devices.ts';
import { readCpuFacts } from './cpu-facts.ts';
import { readBootTimeMs, readMemoryDetail, readTopology } from './machine-files.ts';
import { readMachineNetwork } from './network-counters.ts';

export type HostMeasurements = Omit<HostStats, 'timestampMs'>;

/** Where the stats of the whole machine come from. */
export interface Host {
  /** Never rejects: metrics that cannot be measured in time are absent. */
  sample(): Promise<HostMeasurements>;
}

interface SystemInformation {
  mem(): Promise<Systeminformation.MemData>;
  fsSize(): Promise<Systeminformation.FsSizeData[]>;
}

/** systeminformation is loaded for the first sample: it takes longer to load than all the rest of a command. */
const loadedLate: SystemInformation = {
  mem: async () => (await import('systeminformation')).default.mem(),
  fsSize: async () => (await import('systeminformation')).default.fsSize(),
};

export interface HostDeps {
  readonly systemInformation?: SystemInformation;
  readonly readCpus?: () => readonly Pick<CpuInfo, 'times'>[];
  readonly timeoutMs?: number;
  readonly nowMs?: () => number;
  readonly procRoot?: string;
  readonly sysRoot?: string;
}

const DEFAULT_TIMEOUT_MS = 2_000;
/** Reading the disks starts a process, and they change slowly. */
const DISKS_MAX_AGE_MS = 60_000;

/**
 * Metrics from systeminformation and node:os: use one instance for all.
 *
 * The CPU percent is computed from the previous sample, and absent in the first. systeminformation's own load would
 * block the event loop, since it runs a shell for every call, and takes half a second for the first one.
 */
export function createHost(deps: HostDeps = {}): Host {
  const { systemInformation = loadedLate, timeoutMs = DEFAULT_TIMEOUT_MS } = deps;
  const { readCpus = cpus, nowMs = () => performance.now(), procRoot, sysRoot } = deps;
  const readMemory = inTime(() => systemInformation.mem(), timeoutMs);
  const readDisks = inTime(async () => toDisks(await systemInformation.fsSize(), procRoot), timeoutMs);
  const topology = readTopology(cpus().length, sysRoot);
  let before: CpuTimes | undefined;
  let disks: { readonly readAtMs: number; readonly value: HostStats['disks'] } | undefined;

  const recentDisks = async (): Promise<HostStats['disks']> => {
    if (disks === undefined || nowMs() - disks.readAtMs >= DISKS_MAX_AGE_MS) {
      const value = await readDisks();
      disks = { readAtMs: nowMs(), value: value ?? [] };
    }
    return disks.value;
  };

  return {
    async sample() {
      const now = sumTimes(readCpus());
      const percent = before === undefined ? undefined : busyPercent(before, now);
      before = now;
      const [memory, currentDisks] = await Promise.all([readMemory(), recentDisks()]);
      const network = readMachineNetwork(procRoot);
      return {
        cpu: {
          ...readCpuFacts(),
          ...topology,
          ...optional('percent', percent),
          ...optional('load1', finite(loadavg()[0])),
          ...toCounters(now),
        },
        memory: { ...(memory === undefined ? {} : toMemory(memory)), ...readMemoryDetail(procRoot) },
        ...(network === undefined ? {} : { network }),
        disks: currentDisks,
        uptimeMs: Math.round(uptime() * MS_PER_SECOND),
        ...optional('bootedAtMs', readBootTimeMs(procRoot)),
      };
    },
  };
}

interface CpuTimes {
  readonly userMs: number;
  readonly systemMs: number;
  readonly allMs: number;
}

function sumTimes(all: readonly Pick<CpuInfo, 'times'>[]): CpuTimes {
  let userMs = 0;
  let systemMs = 0;
  let idleMs = 0;
  for (const { times } of all) {
    userMs += times.user + times.nice;
    systemMs += times.sys + times.irq;
    idleMs += times.idle;
  }
  return { userMs, systemMs, allMs: userMs + systemMs + idleMs };
}

function toCounters({
  userMs,
  systemMs,
}: CpuTimes): Pick<HostStats['cpu'], 'totalNs' | 'userNs' | 'systemNs'> {
  return {
    totalNs: (userMs + systemMs) * NS_PER_MS,
    userNs: userMs * NS_PER_MS,
    systemNs: systemMs * NS_PER_MS,
  };
}

/** Undefined when no time has passed, or when it decreased, for example after a core was removed. */
function busyPercent(before: CpuTimes, now: CpuTimes): number | undefined {
  const allMs = now.allMs - before.allMs;
  const busyMs = now.userMs + now.systemMs - before.userMs - before.systemMs;
  return allMs <= 0 || busyMs < 0 ? undefined : Math.min(100, (busyMs / allMs) * 100);
}

/** `used` of systeminformation counts the page cache; ours is what is not available. */
function toMemory(memory: Systeminformation.MemData): HostStats['memory'] {
  const total = finite(memory.total);
  const available = finite(memory.available);
  return {
    ...optional('totalBytes', total),
    ...optional('availableBytes', available),
    ...optional(
      'usedBytes',
      total === undefined || available === undefined ? undefined : finite(total - available),
    ),
    ...optional('swapTotalBytes', finite(memory.swaptotal)),
    ...optional('swapUsedBytes', finite(memory.swapused)),
  };
}

function toDisks(
  sizes: readonly Systeminformation.FsSizeData[],
  procRoot: string | undefined,
): Promise<HostStats['disks']> {
  const disks = sizes.flatMap(({ fs: device, mount, size, used }) => {
    const totalBytes = finite(size);
    const usedBytes = finite(used);
    if (totalBytes === undefined || totalBytes === 0 || usedBytes === undefined) return [];
    return [{ mount, totalBytes, usedBytes, device }];
  });
  const detailed = disks.map(async (disk) => ({
    ...disk,
    ...(await diskDetails(disk.mount, procRoot).catch(() => ({}))),
  }));
  return Promise.all(detailed);
}

/**
 * Calls `read` with a timeout of `timeoutMs`; a failure returns undefined too. While a call hangs, no second one is
 * started.
 */
function inTime<T>(read: () => Promise<T>, timeoutMs: number): () => Promise<T | undefined> {
  let pending: Promise<T | undefined> | undefined;
  return async () => {
    pending ??= read()
      .catch(() => undefined)
      .finally(() => {
        pending = undefined;
      });
    const giveUp = new AbortController();
    const late = delay(timeoutMs, undefined, { signal: giveUp.signal }).catch(() => undefined);
    try {
      return await Promise.race([pending, late]);
    } finally {
      giveUp.abort();
    }
  };
}

function finite(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined;
}

function optional<K extends string>(key: K, value: number | undefined): { readonly [key in K]?: number } {
  return (value === undefined ? {} : { [key]: value }) as { readonly [key in K]?: number };
}
