import { cpus, loadavg, uptime, type CpuInfo } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';

import si from 'systeminformation';

import type { HostStats } from '../model/host-stats.ts';
import { MS_PER_SECOND } from '../model/units.ts';
import { readCpuFacts } from './cpu-facts.ts';

export type HostFigures = Omit<HostStats, 'timestampMs'>;

/** Where the figures of the whole machine come from. */
export interface Host {
  /** Never rejects: what cannot be measured in time is absent. */
  sample(): Promise<HostFigures>;
}

export interface HostDeps {
  readonly systemInformation?: Pick<typeof si, 'mem' | 'fsSize'>;
  readonly readCpus?: () => readonly Pick<CpuInfo, 'times'>[];
  readonly timeoutMs?: number;
  readonly nowMs?: () => number;
}

const DEFAULT_TIMEOUT_MS = 2_000;
/** Reading the disks starts a process, and they change slowly. */
const DISKS_MAX_AGE_MS = 10_000;

/**
 * Figures by systeminformation and node:os: use one instance for all.
 *
 * The CPU percent is counted from the sample before, and absent in the first. systeminformation's own load would block the
 * event loop, since it runs a shell for every call, and takes half a second for the first one.
 */
export function createHost(deps: HostDeps = {}): Host {
  const { systemInformation = si, timeoutMs = DEFAULT_TIMEOUT_MS } = deps;
  const { readCpus = cpus, nowMs = () => performance.now() } = deps;
  const readMemory = inTime(() => systemInformation.mem(), timeoutMs);
  const readDisks = inTime(() => systemInformation.fsSize(), timeoutMs);
  let before: CpuTimes | undefined;
  let disks: { readonly readAtMs: number; readonly value: HostStats['disks'] } | undefined;

  const recentDisks = async (): Promise<HostStats['disks']> => {
    if (disks === undefined || nowMs() - disks.readAtMs >= DISKS_MAX_AGE_MS) {
      const sizes = await readDisks();
      disks = { readAtMs: nowMs(), value: toDisks(sizes ?? []) };
    }
    return disks.value;
  };

  return {
    async sample() {
      const now = sumTimes(readCpus());
      const percent = before === undefined ? undefined : busyPercent(before, now);
      before = now;
      const [memory, currentDisks] = await Promise.all([readMemory(), recentDisks()]);
      return {
        cpu: {
          ...readCpuFacts(),
          ...optional('percent', percent),
          ...optional('load1', figure(loadavg()[0])),
        },
        memory: memory === undefined ? {} : toMemory(memory),
        disks: currentDisks,
        uptimeMs: Math.round(uptime() * MS_PER_SECOND),
      };
    },
  };
}

interface CpuTimes {
  readonly busyMs: number;
  readonly allMs: number;
}

function sumTimes(all: readonly Pick<CpuInfo, 'times'>[]): CpuTimes {
  let busyMs = 0;
  let idleMs = 0;
  for (const { times } of all) {
    busyMs += times.user + times.nice + times.sys + times.irq;
    idleMs += times.idle;
  }
  return { busyMs, allMs: busyMs + idleMs };
}

/** Undefined when no time has passed, or it went back, as after a core was taken away. */
function busyPercent(before: CpuTimes, now: CpuTimes): number | undefined {
  const allMs = now.allMs - before.allMs;
  const busyMs = now.busyMs - before.busyMs;
  return allMs <= 0 || busyMs < 0 ? undefined : Math.min(100, (busyMs / allMs) * 100);
}

/** `used` of systeminformation counts the page cache; ours is what is not available. */
function toMemory(memory: si.Systeminformation.MemData): HostStats['memory'] {
  const total = figure(memory.total);
  const available = figure(memory.available);
  return {
    ...optional('totalBytes', total),
    ...optional('availableBytes', available),
    ...optional(
      'usedBytes',
      total === undefined || available === undefined ? undefined : figure(total - available),
    ),
    ...optional('swapTotalBytes', figure(memory.swaptotal)),
    ...optional('swapUsedBytes', figure(memory.swapused)),
  };
}

function toDisks(sizes: readonly si.Systeminformation.FsSizeData[]): HostStats['disks'] {
  return sizes.flatMap(({ mount, size, used }) => {
    const totalBytes = figure(size);
    const usedBytes = figure(used);
    if (totalBytes === undefined || totalBytes === 0 || usedBytes === undefined) return [];
    return [{ mount, totalBytes, usedBytes }];
  });
}

/**
 * Calls `read` and gives up waiting after `timeoutMs`; a failure gives undefined too.
 * While a call hangs, no second one is begun.
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

function figure(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined;
}

function optional<K extends string>(key: K, value: number | undefined): { readonly [key in K]?: number } {
  return (value === undefined ? {} : { [key]: value }) as { readonly [key in K]?: number };
}
