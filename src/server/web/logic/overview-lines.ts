import type { HostStats } from '../../../model/host-stats.ts';
import type { RecentHistory, RecentSeries } from '../../history/recent-history.ts';
import { createSpark, type Spark } from './spark.ts';
import type { Totals } from './task-rows.ts';

/** The last minutes of all tasks together and of the machine. */
export interface OverviewLines {
  readonly totalCpu: Spark;
  readonly totalMemory: Spark;
  /** As a part of all cores. */
  readonly hostCpu: Spark;
  readonly hostMemory: Spark;
  addTotals(timeMs: number, totals: Totals): void;
  addHost(host: HostStats): void;
  seed(history: RecentHistory): void;
}

export function createOverviewLines(): OverviewLines {
  const [totalCpu, totalMemory] = [createSpark(), createSpark()];
  const [hostCpu, hostMemory] = [createSpark(), createSpark()];
  return {
    totalCpu,
    totalMemory,
    hostCpu,
    hostMemory,
    addTotals(timeMs, { cpuCores, memoryBytes }) {
      totalCpu.push(timeMs, cpuCores);
      totalMemory.push(timeMs, memoryBytes);
    },
    addHost({ timestampMs, cpu: { percent }, memory }) {
      hostCpu.push(timestampMs, percent === undefined ? undefined : percent / 100);
      hostMemory.push(timestampMs, memory.usedBytes);
    },
    seed(history) {
      hostCpu.seed(history.timeMs, history.host.cpuRatio);
      hostMemory.seed(history.timeMs, history.host.memoryUsedBytes);
      totalCpu.seed(history.timeMs, sums(history, 'cpuCores'));
      totalMemory.seed(history.timeMs, sums(history, 'workingSetBytes'));
    },
  };
}

/** Of all tasks; null where none was measured. */
function sums({ timeMs, tasks }: RecentHistory, series: RecentSeries): readonly (number | null)[] {
  const total = timeMs.map((): number | null => null);
  for (const columns of Object.values(tasks)) {
    columns[series].forEach((value, n) => {
      if (value !== null) total[n] = (total[n] ?? 0) + value;
    });
  }
  return total;
}
