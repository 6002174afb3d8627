import { METRICS, type MetricSection, type SectionStats } from '../../model/metrics.ts';
import type { CpuStats, IoStats, NetworkStats, TaskResourceUsage } from '../../model/task-stats.ts';
import { MS_PER_SECOND, NS_PER_MS } from '../../model/units.ts';
import type { Mutable } from '../../sources/cgroup/readers/row-stats.ts';
import type { CpuFacts } from '../../sources/cpu-facts.ts';

/** The kernel counts user and system time in steps of 10 ms: over less than that a rate is noise. */
export const MIN_WINDOW_MS = 10;

/** What a rate is computed against. */
export interface Window {
  /** The sample before; undefined for the first, and after a change of source. */
  readonly before: TaskResourceUsage | undefined;
  /** The task has not been sampled before: by Nomad's rule, rates of CPU are 0 then. */
  readonly isFirst: boolean;
  readonly elapsedMs: number;
  readonly cpu: CpuFacts;
}

/** Adds the rates of CPU counters. */
export function addCpuRates(cpu: Mutable<CpuStats>, before: CpuStats | undefined, window: Window): void {
  const total = percent(cpu.totalNs, before?.totalNs, window);
  const user = percent(cpu.userNs, before?.userNs, window);
  const system = percent(cpu.systemNs, before?.systemNs, window);
  const { mhzPerCore } = window.cpu;
  if (total !== undefined) cpu.percent = total;
  if (user !== undefined) cpu.userPercent = user;
  if (system !== undefined) cpu.systemPercent = system;
  if (total !== undefined && mhzPerCore !== undefined) cpu.totalTicksMhz = (total / 100) * mhzPerCore;
}

export function addIoRates(io: Mutable<IoStats>, { before, elapsedMs }: Window): void {
  const read = perSecond(io.readBytes, before?.io?.readBytes, elapsedMs);
  const written = perSecond(io.writeBytes, before?.io?.writeBytes, elapsedMs);
  if (read !== undefined) io.readBytesPerSecond = read;
  if (written !== undefined) io.writeBytesPerSecond = written;
}

export function addNetworkRates(network: Mutable<NetworkStats>, { before, elapsedMs }: Window): void {
  const received = perSecond(network.receivedBytes, before?.network?.receivedBytes, elapsedMs);
  const sent = perSecond(network.sentBytes, before?.network?.sentBytes, elapsedMs);
  if (received !== undefined) network.receivedBytesPerSecond = received;
  if (sent !== undefined) network.sentBytesPerSecond = sent;
}

/** True when a counter of a section has decreased. */
export function wentBack<Section extends CounterSection>(
  section: Section,
  now: SectionStats<Section> | undefined,
  before: SectionStats<Section> | undefined,
): boolean {
  if (now === undefined || before === undefined || now === before) return false;
  for (const key of COUNTERS[section]) {
    // A comparison with undefined is false: what was not measured cannot decrease.
    if ((now[key as never] as number) < (before[key as never] as number)) return true;
  }
  return false;
}

type CounterSection = 'cpu' | 'memory' | 'io' | 'network';

const COUNTERS: Readonly<Record<CounterSection, readonly string[]>> = {
  cpu: countersOf('cpu'),
  memory: countersOf('memory'),
  io: countersOf('io'),
  network: countersOf('network'),
};

function countersOf(section: MetricSection): readonly string[] {
  const metrics = Object.entries(METRICS[section]);
  return metrics.filter(([, { kind }]) => kind === 'counter').map(([key]) => key);
}

/** Percent of one core; never above all cores, which only the grain of the clocks can make it. */
function percent(
  now: number | undefined,
  before: number | undefined,
  { isFirst, elapsedMs, cpu }: Window,
): number | undefined {
  if (now === undefined) return undefined;
  if (isFirst) return 0;
  if (before === undefined || elapsedMs < MIN_WINDOW_MS || now < before) return undefined;
  return Math.min(((now - before) / (elapsedMs * NS_PER_MS)) * 100, cpu.cores * 100);
}

function perSecond(
  now: number | undefined,
  before: number | undefined,
  elapsedMs: number,
): number | undefined {
  if (now === undefined || before === undefined || elapsedMs < MIN_WINDOW_MS || now < before)
    return undefined;
  return ((now - before) / elapsedMs) * MS_PER_SECOND;
}
