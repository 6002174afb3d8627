import type { CpuStats, ResourceUsage, TaskResourceUsage } from '../../model/task-stats.ts';
import { NS_PER_MS } from '../../model/units.ts';
import { measured, type CpuFigures } from '../../sources/cgroup/figures.ts';
import type { CpuFacts } from '../../sources/cpu-facts.ts';
import { createProcessTotals, type ProcessTotals } from './process-totals.ts';
import type { RawFigures } from './task-sampler.ts';

/** Makes usages with rates out of the raw figures of one task, one after the other. */
export interface UsageMeter {
  /** Undefined when a counter went back: the figures are dropped and the next ones are compared with them. */
  measure(raw: RawFigures, timestampMs: number, perProcess: boolean): TaskResourceUsage | undefined;
}

/** The kernel counts user and system time in steps of 10 ms: over less than that a rate is noise. */
const MIN_WINDOW_MS = 10;
const COUNTERS = ['totalNs', 'userNs', 'systemNs', 'throttledPeriods', 'throttledNs'] as const;

interface Baseline {
  readonly source: RawFigures['source'];
  readonly cpu: CpuFigures;
  readonly timestampMs: number;
  readonly processes: RawFigures['processes'];
}

type Rate = (now: number | undefined, before: number | undefined) => number | undefined;

export function createUsageMeter(facts: CpuFacts): UsageMeter {
  let baseline: Baseline | undefined;
  let totals: ProcessTotals = createProcessTotals();
  return {
    measure(raw, timestampMs, perProcess) {
      const before = baseline;
      if (before !== undefined && before.source !== raw.source) totals = createProcessTotals();
      const cpu = raw.source === 'pidusage' ? { totalNs: totals.add(raw.processes) } : raw.cpu;
      const elapsedMs = before === undefined ? 0 : timestampMs - before.timestampMs;
      if (before === undefined || elapsedMs >= MIN_WINDOW_MS || elapsedMs < 0) {
        baseline = { source: raw.source, cpu, timestampMs, processes: raw.processes };
      }
      if (before?.source === raw.source && wentBack(cpu, before.cpu)) {
        baseline = { source: raw.source, cpu, timestampMs, processes: raw.processes };
        return undefined;
      }
      const rate = rateOver(elapsedMs, facts.cores);
      const usage: TaskResourceUsage = {
        timestampMs,
        source: raw.source,
        memory: Object.freeze({ ...raw.memory }),
        cpu: cpuStats(cpu, before, raw.source, rate, facts),
        ...(perProcess && raw.processes !== undefined
          ? { pids: eachProcess(raw.processes, before?.processes, rate, facts) }
          : {}),
      };
      return Object.freeze(usage);
    },
  };
}

/** Percent of one core; never above all cores, which only the grain of the clocks can make it. */
function rateOver(elapsedMs: number, cores: number): Rate {
  return (now, before) => {
    if (now === undefined || before === undefined || elapsedMs < MIN_WINDOW_MS || now < before)
      return undefined;
    return Math.min(((now - before) / (elapsedMs * NS_PER_MS)) * 100, cores * 100);
  };
}

/** The rates of the first figures are 0 by Nomad's rule; after a change of source they are not known. */
function cpuStats(
  cpu: CpuFigures,
  before: Baseline | undefined,
  source: RawFigures['source'],
  rate: Rate,
  { mhzPerCore }: CpuFacts,
): CpuStats {
  const rateOf = (counter: 'totalNs' | 'userNs' | 'systemNs'): number | undefined => {
    if (before === undefined) return cpu[counter] === undefined ? undefined : 0;
    return before.source === source ? rate(cpu[counter], before.cpu[counter]) : undefined;
  };
  const percent = rateOf('totalNs');
  const stats = measured<CpuStats>({
    ...cpu,
    percent,
    userPercent: rateOf('userNs'),
    systemPercent: rateOf('systemNs'),
    totalTicksMhz: ticks(percent, mhzPerCore),
  });
  return Object.freeze(stats);
}

function eachProcess(
  processes: NonNullable<RawFigures['processes']>,
  before: RawFigures['processes'],
  rate: Rate,
  { mhzPerCore }: CpuFacts,
): Readonly<Record<string, ResourceUsage>> {
  const usages = [...processes].map(([pid, { cpuNs, rssBytes }]) => {
    const percent = rate(cpuNs, before?.get(pid)?.cpuNs);
    const cpu = measured<CpuStats>({ totalNs: cpuNs, percent, totalTicksMhz: ticks(percent, mhzPerCore) });
    return [String(pid), Object.freeze({ memory: Object.freeze({ rssBytes }), cpu: Object.freeze(cpu) })];
  });
  return Object.freeze(Object.fromEntries(usages) as Record<string, ResourceUsage>);
}

function ticks(percent: number | undefined, mhzPerCore: number | undefined): number | undefined {
  return percent === undefined || mhzPerCore === undefined ? undefined : (percent / 100) * mhzPerCore;
}

function wentBack(now: CpuFigures, before: CpuFigures): boolean {
  return COUNTERS.some((counter) => (now[counter] ?? Infinity) < (before[counter] ?? 0));
}
