import type { MemoryStats } from '../../../model/task-stats.ts';
import { readKernelFile } from '../../kernel-file.ts';
import { measured, parseFigure, parseFlatKeyed, parseLimit, workingSet } from '../figures.ts';

/** Memory of the cgroup and all below it. */
export function readMemoryV2(directory: string): MemoryStats {
  const figure = (file: string): number | undefined => {
    const path = `${directory}/${file}`;
    const text = readKernelFile(path);
    return text === undefined ? undefined : parseFigure(text, path);
  };
  const usageBytes = figure('memory.current');
  const { inactiveFileBytes, ...stat } = readStat(`${directory}/memory.stat`);
  return measured<MemoryStats>({
    ...stat,
    usageBytes,
    maxUsageBytes: figure('memory.peak'),
    swapBytes: figure('memory.swap.current'),
    workingSetBytes: workingSet(usageBytes, inactiveFileBytes),
    limitBytes: readLimit(`${directory}/memory.max`),
    oomKills: readOomKillsV2(directory),
  });
}

/** `oom_kill` of memory.events, which counts the cgroups below as well. */
export function readOomKillsV2(directory: string): number | undefined {
  const path = `${directory}/memory.events`;
  const text = readKernelFile(path);
  return text === undefined ? undefined : parseFlatKeyed(text, path).get('oom_kill');
}

/** The figures of a v2 memory.stat. `kernel` is there since Linux 5.18. */
export function parseMemoryStatV2(
  text: string,
  path: string,
): MemoryStats & { readonly inactiveFileBytes?: number } {
  const figures = parseFlatKeyed(text, path);
  return measured<MemoryStats & { readonly inactiveFileBytes?: number }>({
    rssBytes: figures.get('anon'),
    cacheBytes: figures.get('file'),
    mappedFileBytes: figures.get('file_mapped'),
    kernelUsageBytes: figures.get('kernel'),
    inactiveFileBytes: figures.get('inactive_file'),
  });
}

function readStat(path: string): ReturnType<typeof parseMemoryStatV2> {
  const text = readKernelFile(path);
  return text === undefined ? {} : parseMemoryStatV2(text, path);
}

function readLimit(path: string): number | undefined {
  const text = readKernelFile(path);
  return text === undefined ? undefined : parseLimit(text, path);
}
