import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { errnoCode } from '../kernel-file.ts';
import type { Hierarchy } from './hierarchies.ts';

/** Limits of a task's cgroup. */
export interface CgroupLimits {
  /** Hard limit; swap is limited as well where the kernel counts it. */
  readonly memoryLimitBytes?: number;
  /** A weight in the scale of v1 `cpu.shares`, 2–262144. */
  readonly cpuShares?: number;
}

/** The controllers that these limits need. */
export function limitedControllers({ memoryLimitBytes, cpuShares }: CgroupLimits): ReadonlySet<string> {
  const needed: string[] = [];
  if (memoryLimitBytes !== undefined) needed.push('memory');
  if (cpuShares !== undefined) needed.push('cpu');
  return new Set(needed);
}

/** Writes those limits that this hierarchy is responsible for. */
export async function applyLimits(
  { version, controllers }: Hierarchy,
  directory: string,
  { memoryLimitBytes, cpuShares }: CgroupLimits,
): Promise<void> {
  if (memoryLimitBytes !== undefined && controllers.includes('memory')) {
    await (version === 'v1' ? limitMemoryV1 : limitMemoryV2)(directory, memoryLimitBytes);
  }
  if (cpuShares !== undefined && controllers.includes('cpu')) {
    const [file, value] =
      version === 'v1' ? ['cpu.shares', cpuShares] : ['cpu.weight', weightOfShares(cpuShares)];
    await writeFile(join(directory, file), String(value));
  }
}

/** The v2 weight (1–10000) that stands to others as this many v1 shares (2–262144). */
export function weightOfShares(cpuShares: number): number {
  return Math.floor(1 + ((cpuShares - 2) * 9999) / 262_142);
}

/** Memory with swap may not be less than memory alone, so memory goes first. */
async function limitMemoryV1(directory: string, bytes: number): Promise<void> {
  await writeFile(join(directory, 'memory.limit_in_bytes'), String(bytes));
  await writeIfCounted(join(directory, 'memory.memsw.limit_in_bytes'), String(bytes));
}

async function limitMemoryV2(directory: string, bytes: number): Promise<void> {
  await writeFile(join(directory, 'memory.max'), String(bytes));
  await writeIfCounted(join(directory, 'memory.swap.max'), '0');
}

/** The file is missing when the kernel does not count swap; creating a file in a cgroup is refused as EACCES or EPERM. */
async function writeIfCounted(file: string, value: string): Promise<void> {
  try {
    await writeFile(file, value, { flag: 'r+' });
  } catch (error) {
    if (!['ENOENT', 'EACCES', 'EPERM', 'EOPNOTSUPP'].includes(errnoCode(error))) throw error;
  }
}
