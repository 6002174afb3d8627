import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { errnoCode } from '../../kernel-file.ts';
import { applyCpuset, isCpusetGiven, type Cpuset } from './cpuset.ts';
import type { Hierarchy } from '../hierarchies.ts';

/** Limits of a task's cgroup. */
export interface CgroupLimits extends Cpuset {
  /** Hard limit; swap is limited as well if the kernel counts it. */
  readonly memoryLimitBytes?: number;
  /** Memory that the kernel tries to leave to the task when memory is short. */
  readonly memoryReservationBytes?: number;
  /** A weight on the scale of v1 `cpu.shares`, 2–262144. */
  readonly cpuShares?: number;
  /** CPU time of all processes together in each period, in µs. */
  readonly cpuQuotaUs?: number;
  readonly cpuPeriodUs?: number;
  /** Processes and threads at once. */
  readonly pidsLimit?: number;
}

const USUAL_PERIOD_US = 100_000;

/** The controllers that these limits need. */
export function limitedControllers(limits: CgroupLimits): ReadonlySet<string> {
  const { memoryLimitBytes, memoryReservationBytes, cpuShares, cpuQuotaUs, pidsLimit } = limits;
  const needed: string[] = [];
  if (memoryLimitBytes !== undefined || memoryReservationBytes !== undefined) needed.push('memory');
  if (cpuShares !== undefined || cpuQuotaUs !== undefined) needed.push('cpu');
  if (pidsLimit !== undefined) needed.push('pids');
  if (isCpusetGiven(limits)) needed.push('cpuset');
  return new Set(needed);
}

/** Writes those limits that this hierarchy is responsible for. */
export async function applyLimits(
  hierarchy: Hierarchy,
  directory: string,
  limits: CgroupLimits,
): Promise<void> {
  const { version, controllers } = hierarchy;
  const isV1 = version === 'v1';
  if (controllers.includes('memory')) await (isV1 ? limitMemoryV1 : limitMemoryV2)(directory, limits);
  if (controllers.includes('cpu')) await (isV1 ? limitCpuV1 : limitCpuV2)(directory, limits);
  if (controllers.includes('pids') && limits.pidsLimit !== undefined)
    await writeFile(join(directory, 'pids.max'), String(limits.pidsLimit));
  if (controllers.includes('cpuset')) await applyCpuset(hierarchy, directory, limits);
}

/** The v2 weight (1–10000) for a number of v1 shares (2–262144). */
export function weightOfShares(cpuShares: number): number {
  return Math.floor(1 + ((cpuShares - 2) * 9999) / 262_142);
}

/** The quota must be valid with the previous period, so the period is written first. */
async function limitCpuV1(
  directory: string,
  { cpuShares, cpuQuotaUs, cpuPeriodUs = USUAL_PERIOD_US }: CgroupLimits,
): Promise<void> {
  if (cpuShares !== undefined) await writeFile(join(directory, 'cpu.shares'), String(cpuShares));
  if (cpuQuotaUs === undefined) return;
  await writeFile(join(directory, 'cpu.cfs_period_us'), String(cpuPeriodUs));
  await writeFile(join(directory, 'cpu.cfs_quota_us'), String(cpuQuotaUs));
}

async function limitCpuV2(
  directory: string,
  { cpuShares, cpuQuotaUs, cpuPeriodUs = USUAL_PERIOD_US }: CgroupLimits,
): Promise<void> {
  if (cpuShares !== undefined) {
    await writeFile(join(directory, 'cpu.weight'), String(weightOfShares(cpuShares)));
  }
  if (cpuQuotaUs !== undefined) await writeFile(join(directory, 'cpu.max'), `${cpuQuotaUs} ${cpuPeriodUs}`);
}

/** Memory with swap must not be less than memory, so memory is written first. */
async function limitMemoryV1(
  directory: string,
  { memoryLimitBytes, memoryReservationBytes }: CgroupLimits,
): Promise<void> {
  if (memoryLimitBytes !== undefined) {
    await writeFile(join(directory, 'memory.limit_in_bytes'), String(memoryLimitBytes));
    await writeIfCounted(join(directory, 'memory.memsw.limit_in_bytes'), String(memoryLimitBytes));
  }
  if (memoryReservationBytes !== undefined) {
    await writeIfCounted(join(directory, 'memory.soft_limit_in_bytes'), String(memoryReservationBytes));
  }
}

async function limitMemoryV2(
  directory: string,
  { memoryLimitBytes, memoryReservationBytes }: CgroupLimits,
): Promise<void> {
  if (memoryLimitBytes !== undefined) {
    await writeFile(join(directory, 'memory.max'), String(memoryLimitBytes));
    await writeIfCounted(join(directory, 'memory.swap.max'), '0');
  }
  if (memoryReservationBytes !== undefined) {
    await writeFile(join(directory, 'memory.low'), String(memoryReservationBytes));
  }
}

/** The file is missing when the kernel does not count swap; creating a file in a cgroup is refused as EACCES or EPERM. */
async function writeIfCounted(file: string, value: string): Promise<void> {
  try {
    await writeFile(file, value, { flag: 'r+' });
  } catch (error) {
    if (!['ENOENT', 'EACCES', 'EPERM', 'EOPNOTSUPP'].includes(errnoCode(error))) throw error;
  }
}
