import { maskGroups, type GroupMask } from '../../model/field-groups.ts';
import type { CpuStats, ResourceUsage, TaskResourceUsage } from '../../model/task-stats.ts';
import { NS_PER_MS } from '../../model/units.ts';
import { GROUP, cpuFigures, memoryStats, type Mutable } from '../../sources/cgroup/figures.ts';
import type { CpuFacts } from '../../sources/cpu-facts.ts';
import { ioStats, networkStats, pidsStats, pressureStats } from './other-figures.ts';
import type { Reading } from './task-source.ts';

/** What the rates of the next sample are counted from. */
export interface Meter {
  baseline: TaskResourceUsage | undefined;
  /** That of the baseline's reading. */
  version: number;
}

/** The kernel counts user and system time in steps of 10 ms: over less than that a rate is noise. */
const MIN_WINDOW_MS = 10;
const OTHERS = GROUP.io | GROUP.pids | GROUP.pressure | GROUP.network | GROUP.processes;

/**
 * Makes a sample of what a look at the task has told.
 *
 * Undefined when a counter went back: the figures are dropped and the next ones are compared with them.
 */
export function measure(
  meter: Meter,
  reading: Reading,
  groups: GroupMask,
  timestampMs: number,
  facts: CpuFacts,
): TaskResourceUsage | undefined {
  const { baseline } = meter;
  const { source } = reading;
  const elapsedMs = baseline === undefined ? 0 : timestampMs - baseline.timestampMs;
  const before = baseline?.source === source ? baseline : undefined;
  // The processes of a task tell their memory in one figure, which belongs to both groups of memory.
  const shown = source === 'pidusage' && (groups & GROUP.memory) !== 0 ? groups | GROUP.memoryDetail : groups;
  const isStill = before !== undefined && meter.version === reading.version && elapsedMs >= MIN_WINDOW_MS;
  const usage: Mutable<TaskResourceUsage> = {
    timestampMs,
    source,
    // Frozen figures that have not moved can be had twice: an idle task costs no more than a time.
    memory: isStill ? before.memory : Object.freeze(memoryStats(reading.row, shown)),
    cpu:
      isStill && isIdle(before.cpu)
        ? before.cpu
        : cpuStats(reading, groups, before, baseline === undefined, elapsedMs, facts),
    fresh: maskGroups(reading.fresh & groups),
  };
  if ((groups & OTHERS) !== 0) addOthers(usage, reading, groups, before, elapsedMs, facts);
  Object.freeze(usage);
  const isBack = before !== undefined && wentBack(usage, before);
  if (baseline === undefined || elapsedMs >= MIN_WINDOW_MS || elapsedMs < 0 || isBack) {
    meter.baseline = usage;
    meter.version = reading.version;
  }
  return isBack ? undefined : usage;
}

/** The rates of the first figures are 0 by Nomad's rule; after a change of source they are not known. */
function cpuStats(
  { row }: Reading,
  groups: GroupMask,
  before: TaskResourceUsage | undefined,
  isFirst: boolean,
  elapsedMs: number,
  facts: CpuFacts,
): CpuStats {
  const cpu: Mutable<CpuStats> = cpuFigures(row, groups);
  if ((groups & GROUP.cpu) === 0) return Object.freeze(cpu);
  const total = percent(cpu.totalNs, before?.cpu.totalNs, isFirst, elapsedMs, facts);
  const user = percent(cpu.userNs, before?.cpu.userNs, isFirst, elapsedMs, facts);
  const system = percent(cpu.systemNs, before?.cpu.systemNs, isFirst, elapsedMs, facts);
  if (total !== undefined) cpu.percent = total;
  if (user !== undefined) cpu.userPercent = user;
  if (system !== undefined) cpu.systemPercent = system;
  if (total !== undefined && facts.mhzPerCore !== undefined) {
    cpu.totalTicksMhz = (total / 100) * facts.mhzPerCore;
  }
  return Object.freeze(cpu);
}

/** Percent of one core; never above all cores, which only the grain of the clocks can make it. */
function percent(
  now: number | undefined,
  before: number | undefined,
  isFirst: boolean,
  elapsedMs: number,
  { cores }: CpuFacts,
): number | undefined {
  if (now === undefined) return undefined;
  if (isFirst) return 0;
  if (before === undefined || elapsedMs < MIN_WINDOW_MS || now < before) return undefined;
  return Math.min(((now - before) / (elapsedMs * NS_PER_MS)) * 100, cores * 100);
}

function addOthers(
  usage: Mutable<TaskResourceUsage>,
  { row, processes }: Reading,
  groups: GroupMask,
  before: TaskResourceUsage | undefined,
  elapsedMs: number,
  facts: CpuFacts,
): void {
  const windowMs = elapsedMs < MIN_WINDOW_MS ? undefined : elapsedMs;
  const io = (groups & GROUP.io) === 0 ? undefined : ioStats(row, before?.io, windowMs);
  const pidCount = (groups & GROUP.pids) === 0 ? undefined : pidsStats(row);
  const pressure = (groups & GROUP.pressure) === 0 ? undefined : pressureStats(row);
  const network = (groups & GROUP.network) === 0 ? undefined : networkStats(row, before?.network, windowMs);
  if (io !== undefined) usage.io = io;
  if (pidCount !== undefined) usage.pidCount = pidCount;
  if (pressure !== undefined) usage.pressure = pressure;
  if (network !== undefined) usage.network = network;
  if ((groups & GROUP.processes) === 0 || processes === undefined) return;
  const each = [...processes].map(([pid, { cpuNs, rssBytes }]) => {
    const rate = percent(cpuNs, before?.pids?.[String(pid)]?.cpu.totalNs, false, elapsedMs, facts);
    const cpu: Mutable<CpuStats> = { totalNs: cpuNs };
    if (rate !== undefined) cpu.percent = rate;
    if (rate !== undefined && facts.mhzPerCore !== undefined)
      cpu.totalTicksMhz = (rate / 100) * facts.mhzPerCore;
    const figures: ResourceUsage = Object.freeze({
      memory: Object.freeze({ rssBytes }),
      cpu: Object.freeze(cpu),
    });
    return [String(pid), figures] as const;
  });
  usage.pids = Object.freeze(Object.fromEntries(each));
}

function isIdle({ percent, userPercent = 0, systemPercent = 0 }: CpuStats): boolean {
  return percent === 0 && userPercent === 0 && systemPercent === 0;
}

function wentBack(now: TaskResourceUsage, before: TaskResourceUsage): boolean {
  return (
    isLess(now.cpu.totalNs, before.cpu.totalNs) ||
    isLess(now.cpu.userNs, before.cpu.userNs) ||
    isLess(now.cpu.systemNs, before.cpu.systemNs) ||
    isLess(now.cpu.throttledPeriods, before.cpu.throttledPeriods) ||
    isLess(now.cpu.throttledNs, before.cpu.throttledNs) ||
    isLess(now.io?.readBytes, before.io?.readBytes) ||
    isLess(now.io?.writeBytes, before.io?.writeBytes) ||
    isLess(now.network?.receivedBytes, before.network?.receivedBytes) ||
    isLess(now.network?.sentBytes, before.network?.sentBytes)
  );
}

function isLess(now: number | undefined, before: number | undefined): boolean {
  return now !== undefined && before !== undefined && now < before;
}
