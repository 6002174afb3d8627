import { countCpus } from './cpu-list.ts';
import type { CpuStats, MemoryStats, TaskResourceUsage } from './task-stats.ts';
import type { TaskStatus } from './task-status.ts';

/**
 * The headline metrics of a task, which every table, chart, alert and page shows first, computed in one place.
 *
 * Each is undefined when it was not measured.
 */

/** The kernel represents "no limit" by a limit larger than any machine's memory. */
const NO_LIMIT_BYTES = 2 ** 60;

/** Cores in use: 1 is one full core. */
export function coresOf(usage: { readonly cpu: CpuStats } | undefined): number | undefined {
  const percent = usage?.cpu.percent;
  return percent === undefined ? undefined : percent / 100;
}

/** The number of cores a task is pinned to; undefined when it may run on all. */
export function reservedCoresOf(status: Pick<TaskStatus, 'cpusetCpus'> | undefined): number | undefined {
  return countCpus(status?.cpusetCpus);
}

/**
 * The memory in bytes that counts near the limit: without the file cache that can be dropped; without a cgroup, the
 * RSS.
 */
export function memoryOf(usage: { readonly memory: MemoryStats } | undefined): number | undefined {
  return usage?.memory.workingSetBytes ?? usage?.memory.usageBytes ?? usage?.memory.rssBytes;
}

/** The effective memory limit in bytes: the measured one, else the one the task was started with. */
export function memoryLimitOf(
  usage: Pick<TaskResourceUsage, 'memory'> | undefined,
  status?: Pick<TaskStatus, 'memoryLimitBytes'>,
): number | undefined {
  const limit = usage?.memory.limitBytes ?? status?.memoryLimitBytes;
  return limit === undefined || limit >= NO_LIMIT_BYTES ? undefined : limit;
}

/** {@link memoryOf} as a share of {@link memoryLimitOf}: 1 is the limit. */
export function memoryShareOf(
  usage: Pick<TaskResourceUsage, 'memory'>,
  status?: Pick<TaskStatus, 'memoryLimitBytes'>,
): number | undefined {
  return shareOf(memoryOf(usage), memoryLimitOf(usage, status));
}

/** A part of a whole, 1 for all of it; undefined without a whole. */
export function shareOf(part: number | undefined, whole: number | undefined): number | undefined {
  return part === undefined || whole === undefined || whole <= 0 ? undefined : part / whole;
}
