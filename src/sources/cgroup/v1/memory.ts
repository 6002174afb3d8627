import type { MemoryStats } from '../../../model/task-stats.ts';
import { readKernelFile } from '../../kernel-file.ts';
import { measured, parseFigure, parseFlatKeyed, parseLimit, workingSet } from '../figures.ts';

/** Memory of the cgroup and all below it. */
export function readMemoryV1(directory: string): MemoryStats {
  const figure = (file: string): number | undefined => {
    const path = `${directory}/${file}`;
    const text = readKernelFile(path);
    return text === undefined ? undefined : parseFigure(text, path);
  };
  const usageBytes = figure('memory.usage_in_bytes');
  const { inactiveFileBytes, ...stat } = readStat(`${directory}/memory.stat`);
  return measured<MemoryStats>({
    ...stat,
    usageBytes,
    maxUsageBytes: figure('memory.max_usage_in_bytes'),
    kernelUsageBytes: figure('memory.kmem.usage_in_bytes'),
    kernelMaxUsageBytes: figure('memory.kmem.max_usage_in_bytes'),
    workingSetBytes: workingSet(usageBytes, inactiveFileBytes),
    limitBytes: readLimit(`${directory}/memory.limit_in_bytes`),
    oomKills: readOomKillsV1(directory),
  });
}

/** `oom_kill` of memory.oom_control, which kernels have since 4.13. */
export function readOomKillsV1(directory: string): number | undefined {
  const path = `${directory}/memory.oom_control`;
  const text = readKernelFile(path);
  return text === undefined ? undefined : parseFlatKeyed(text, path).get('oom_kill');
}

/** The figures of a v1 memory.stat, those that include the cgroups below. */
export function parseMemoryStatV1(
  text: string,
  path: string,
): MemoryStats & { readonly inactiveFileBytes?: number } {
  const figures = parseFlatKeyed(text, path);
  return measured<MemoryStats & { readonly inactiveFileBytes?: number }>({
    rssBytes: figures.get('total_rss'),
    cacheBytes: figures.get('total_cache'),
    mappedFileBytes: figures.get('total_mapped_file'),
    swapBytes: figures.get('total_swap'),
    inactiveFileBytes: figures.get('total_inactive_file'),
  });
}

function readStat(path: string): ReturnType<typeof parseMemoryStatV1> {
  const text = readKernelFile(path);
  return text === undefined ? {} : parseMemoryStatV1(text, path);
}

function readLimit(path: string): number | undefined {
  const text = readKernelFile(path);
  return text === undefined ? undefined : parseLimit(text, path);
}
