import { groupMask } from '../../model/field-groups.ts';
import type { MemoryStats } from '../../model/task-stats.ts';

/**
 * The figures of a task lie in a row of numbers, and NaN stands for what was not measured. Each has its place in the row.
 *
 * Units are those of the names; pressure in percent and ns.
 */
export const FIGURE = {
  totalNs: 0,
  userNs: 1,
  systemNs: 2,
  throttledPeriods: 3,
  throttledNs: 4,
  rssBytes: 5,
  cacheBytes: 6,
  swapBytes: 7,
  mappedFileBytes: 8,
  usageBytes: 9,
  maxUsageBytes: 10,
  kernelUsageBytes: 11,
  kernelMaxUsageBytes: 12,
  inactiveFileBytes: 13,
  limitBytes: 14,
  oomKills: 15,
  readBytes: 16,
  writeBytes: 17,
  readOps: 18,
  writeOps: 19,
  pidsCurrent: 20,
  pidsPeak: 21,
  pidsLimit: 22,
  receivedBytes: 23,
  receivedPackets: 24,
  receiveErrors: 25,
  receiveDrops: 26,
  sentBytes: 27,
  sentPackets: 28,
  sendErrors: 29,
  sendDrops: 30,
  /** Eight each: some avg10, avg60, avg300, total; full the same. */
  cpuPressure: 31,
  memoryPressure: 39,
  ioPressure: 47,
  periods: 55,
  limitHits: 56,
} as const;

export const ROW_LENGTH = 57;

/** Bits of single groups. */
export const GROUP = {
  cpu: groupMask(['cpu']),
  throttling: groupMask(['throttling']),
  memory: groupMask(['memory']),
  memoryDetail: groupMask(['memoryDetail']),
  kernelMemory: groupMask(['kernelMemory']),
  limits: groupMask(['limits']),
  io: groupMask(['io']),
  pids: groupMask(['pids']),
  pressure: groupMask(['pressure']),
  network: groupMask(['network']),
  processes: groupMask(['processes']),
} as const;

/** A row: `page[base + FIGURE.x]`. */
export interface Row {
  readonly page: Float64Array;
  readonly base: number;
}

/** Counters of CPU, in ns where they are times. */
export interface CpuFigures {
  readonly totalNs?: number;
  readonly userNs?: number;
  readonly systemNs?: number;
  readonly periods?: number;
  readonly throttledPeriods?: number;
  readonly throttledNs?: number;
}

export type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** The CPU counters of a row, of the groups that are wanted. A value that equals itself is one, NaN does not. */
export function cpuFigures({ page, base }: Row, groups: number): Mutable<CpuFigures> {
  const cpu: Mutable<CpuFigures> = {};
  if ((groups & GROUP.cpu) !== 0) {
    const total = page[base + FIGURE.totalNs] as number;
    const user = page[base + FIGURE.userNs] as number;
    const system = page[base + FIGURE.systemNs] as number;
    if (total >= 0) cpu.totalNs = total;
    if (user >= 0) cpu.userNs = user;
    if (system >= 0) cpu.systemNs = system;
  }
  if ((groups & GROUP.throttling) !== 0) {
    const periods = page[base + FIGURE.periods] as number;
    const throttledPeriods = page[base + FIGURE.throttledPeriods] as number;
    const throttled = page[base + FIGURE.throttledNs] as number;
    if (periods >= 0) cpu.periods = periods;
    if (throttledPeriods >= 0) cpu.throttledPeriods = throttledPeriods;
    if (throttled >= 0) cpu.throttledNs = throttled;
  }
  return cpu;
}

/** The memory of a row, of the groups that are wanted. */
export function memoryStats({ page, base }: Row, groups: number): MemoryStats {
  const memory: Mutable<MemoryStats> = {};
  const usage = page[base + FIGURE.usageBytes] as number;
  if ((groups & GROUP.memoryDetail) !== 0) {
    const rss = page[base + FIGURE.rssBytes] as number;
    const cache = page[base + FIGURE.cacheBytes] as number;
    const mapped = page[base + FIGURE.mappedFileBytes] as number;
    const swap = page[base + FIGURE.swapBytes] as number;
    const inactive = page[base + FIGURE.inactiveFileBytes] as number;
    if (rss >= 0) memory.rssBytes = rss;
    if (cache >= 0) memory.cacheBytes = cache;
    if (mapped >= 0) memory.mappedFileBytes = mapped;
    if (swap >= 0) memory.swapBytes = swap;
    if (usage >= 0 && inactive >= 0) memory.workingSetBytes = Math.max(0, usage - inactive);
  }
  if ((groups & GROUP.memory) !== 0) {
    const max = page[base + FIGURE.maxUsageBytes] as number;
    if (usage >= 0) memory.usageBytes = usage;
    if (max >= 0) memory.maxUsageBytes = max;
  }
  if ((groups & GROUP.kernelMemory) !== 0) {
    const kernel = page[base + FIGURE.kernelUsageBytes] as number;
    const kernelMax = page[base + FIGURE.kernelMaxUsageBytes] as number;
    if (kernel >= 0) memory.kernelUsageBytes = kernel;
    if (kernelMax >= 0) memory.kernelMaxUsageBytes = kernelMax;
  }
  if ((groups & GROUP.limits) !== 0) {
    const limit = page[base + FIGURE.limitBytes] as number;
    const kills = page[base + FIGURE.oomKills] as number;
    if (limit >= 0) memory.limitBytes = limit;
    const hits = page[base + FIGURE.limitHits] as number;
    if (kills >= 0) memory.oomKills = kills;
    if (hits >= 0) memory.limitHits = hits;
  }
  return memory;
}
