import { GROUP, maskGroups, type GroupMask } from '../../model/field-groups.ts';
import type { CpuStats, ResourceUsage, TaskResourceUsage } from '../../model/task-stats.ts';
import {
  cpuCounters,
  diskStats,
  ioCounters,
  memoryStats,
  networkCounters,
  pidsStats,
  pressureStats,
  processStates,
  type Mutable,
} from '../../sources/cgroup/readers/row-stats.ts';
import type { CpuFacts } from '../../sources/cpu-facts.ts';
import type { ProcessUsage } from '../../sources/processes.ts';
import { MIN_WINDOW_MS, addCpuRates, addIoRates, addNetworkRates, wentBack, type Window } from './rates.ts';
import type { Reading } from './task-reading.ts';

/** The groups of a subscription, and the baseline for the rates of its next sample. */
export interface Meter {
  readonly groups: GroupMask;
  baseline: TaskResourceUsage | undefined;
  /** That of the baseline's reading. */
  version: number;
}

/** When a sample is made, and on what machine. */
export interface SampleMoment {
  readonly timestampMs: number;
  readonly cpu: CpuFacts;
}

const OTHERS = GROUP.io | GROUP.pids | GROUP.pressure | GROUP.network | GROUP.processes | GROUP.disk;

/**
 * Creates a sample from a reading.
 *
 * Undefined when a counter decreased: the sample is dropped, and becomes the baseline of the next one.
 */
export function measure(
  meter: Meter,
  reading: Reading,
  { timestampMs, cpu }: SampleMoment,
): TaskResourceUsage | undefined {
  const { baseline, groups } = meter;
  const { source } = reading;
  const elapsedMs = baseline === undefined ? 0 : timestampMs - baseline.timestampMs;
  const before = baseline?.source === source ? baseline : undefined;
  const window: Window = { before, isFirst: baseline === undefined, elapsedMs, cpu };
  // The memory of processes is one number, which belongs to both groups of memory.
  const shown = source === 'pidusage' && (groups & GROUP.memory) !== 0 ? groups | GROUP.memoryDetail : groups;
  const isStill = before !== undefined && meter.version === reading.version && elapsedMs >= MIN_WINDOW_MS;
  const usage: Mutable<TaskResourceUsage> = {
    timestampMs,
    source,
    // Frozen sections that have not changed are used again: an idle task costs no more than a timestamp.
    memory: isStill ? before.memory : Object.freeze(memoryStats(reading.row, shown)),
    cpu: isStill && isIdle(before.cpu) ? before.cpu : cpuStats(reading, groups, window),
    fresh: maskGroups(reading.fresh & groups),
  };
  if ((groups & OTHERS) !== 0) addOthers(usage, reading, groups, window);
  Object.freeze(usage);
  const isBack = before !== undefined && isBehind(usage, before);
  if (baseline === undefined || elapsedMs >= MIN_WINDOW_MS || elapsedMs < 0 || isBack) {
    meter.baseline = usage;
    meter.version = reading.version;
  }
  return isBack ? undefined : usage;
}

function cpuStats({ row }: Reading, groups: GroupMask, window: Window): CpuStats {
  const cpu = cpuCounters(row, groups);
  if ((groups & GROUP.cpu) !== 0) addCpuRates(cpu, window.before?.cpu, window);
  return Object.freeze(cpu);
}

function addOthers(
  usage: Mutable<TaskResourceUsage>,
  { row, processes }: Reading,
  groups: GroupMask,
  window: Window,
): void {
  const io = (groups & GROUP.io) === 0 ? undefined : ioCounters(row);
  const pidCount = (groups & GROUP.pids) === 0 ? undefined : pidsStats(row);
  const pressure = (groups & GROUP.pressure) === 0 ? undefined : pressureStats(row);
  const network = (groups & GROUP.network) === 0 ? undefined : networkCounters(row);
  if (io !== undefined) {
    addIoRates(io, window);
    usage.io = Object.freeze(io);
  }
  if (pidCount !== undefined) usage.pidCount = Object.freeze(pidCount);
  if (pressure !== undefined) usage.pressure = pressure;
  if (network !== undefined) {
    addNetworkRates(network, window);
    usage.network = Object.freeze(network);
  }
  const disk = (groups & GROUP.disk) === 0 ? undefined : diskStats(row);
  if (disk !== undefined) usage.disk = Object.freeze(disk);
  if ((groups & GROUP.processes) !== 0 && processes !== undefined) {
    const states = processStates(row);
    if (states !== undefined) usage.processStates = Object.freeze(states);
    usage.pids = Object.freeze(Object.fromEntries(eachProcess(processes, window)));
  }
}

function* eachProcess(
  processes: ReadonlyMap<number, ProcessUsage>,
  window: Window,
): Iterable<readonly [string, ResourceUsage]> {
  for (const [pid, { cpuNs, rssBytes }] of processes) {
    const key = String(pid);
    const cpu: Mutable<CpuStats> = { totalNs: cpuNs };
    // A process has no rate of 0 on its first sample: it may be older than the sampling.
    addCpuRates(cpu, window.before?.pids?.[key]?.cpu, { ...window, isFirst: false });
    yield [key, Object.freeze({ memory: Object.freeze({ rssBytes }), cpu: Object.freeze(cpu) })];
  }
}

function isIdle({ percent, userPercent = 0, systemPercent = 0 }: CpuStats): boolean {
  return percent === 0 && userPercent === 0 && systemPercent === 0;
}

function isBehind(now: TaskResourceUsage, before: TaskResourceUsage): boolean {
  return (
    wentBack('cpu', now.cpu, before.cpu) ||
    wentBack('memory', now.memory, before.memory) ||
    wentBack('io', now.io, before.io) ||
    wentBack('network', now.network, before.network)
  );
}
