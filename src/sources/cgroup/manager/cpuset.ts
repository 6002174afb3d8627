import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { missingCpus, parseCpuList } from '../../../model/cpu-list.ts';
import { reasonOf } from '../../../model/reason-of.ts';
import { readKernelFile } from '../../kernel-file.ts';
import type { Hierarchy } from '../hierarchies.ts';

/** The CPUs and memory nodes of a task, in the format of the kernel: `0-1,3`. */
export interface Cpuset {
  readonly cpusetCpus?: string;
  readonly cpusetMems?: string;
}

/** The suffix of a file name, and the name of its numbers. */
const KINDS = [
  ['cpus', 'core', 'cpusetCpus'],
  ['mems', 'memory node', 'cpusetMems'],
] as const;

export function isCpusetGiven({ cpusetCpus, cpusetMems }: Cpuset): boolean {
  return cpusetCpus !== undefined || cpusetMems !== undefined;
}

/**
 * Copies the values of the parent to directories of v1, from the top: there a new cgroup has no CPUs and memory
 * nodes, and no process can join it. Those of v2 inherit them.
 */
export async function inheritCpusets(directories: readonly string[]): Promise<void> {
  for (const directory of directories) {
    for (const [kind] of KINDS) {
      const above = readKernelFile(join(dirname(directory), `cpuset.${kind}`));
      const own = readKernelFile(join(directory, `cpuset.${kind}`));
      if (above === undefined || above.trim() === '' || own === above) continue;
      await writeFile(join(directory, `cpuset.${kind}`), above.trim());
    }
  }
}

/**
 * Pins a cgroup.
 *
 * @throws Error that names the cores, or nodes, that the parent cgroup does not have: v2 would silently ignore them
 */
export async function applyCpuset({ version }: Hierarchy, directory: string, cpuset: Cpuset): Promise<void> {
  for (const [kind, word, key] of KINDS) {
    const wanted = cpuset[key];
    if (wanted === undefined) continue;
    const above = dirname(directory);
    const available = readKernelFile(join(above, effectiveFile(version, kind))) ?? '';
    const lacking = missingCpus(wanted, available);
    if (lacking.length > 0) {
      throw new Error(
        `${key} ${wanted}: ${above} has no ${word} ${lacking.join(', ')}, only ${available.trim()}`,
      );
    }
    try {
      await writeFile(join(directory, `cpuset.${kind}`), wanted);
    } catch (cause) {
      throw new Error(`${key} ${wanted} cannot be had in ${directory}: ${reasonOf(cause)}`, { cause });
    }
    const held = readKernelFile(join(directory, effectiveFile(version, kind))) ?? '';
    if (!isSame(wanted, held)) {
      throw new Error(`${key} ${wanted} does not hold in ${directory}: the kernel set it to ${held.trim()}`);
    }
  }
}

/** The rest of a list without the cores that the parent lacks. */
function effectiveFile(version: Hierarchy['version'], kind: string): string {
  return version === 'v2' ? `cpuset.${kind}.effective` : `cpuset.${kind}`;
}

function isSame(one: string, other: string): boolean {
  return parseCpuList(one)?.join() === parseCpuList(other.trim())?.join();
}
