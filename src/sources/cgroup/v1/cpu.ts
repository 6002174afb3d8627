import { readKernelFile } from '../../kernel-file.ts';
import { measured, parseFlatKeyed, type CpuFigures } from '../figures.ts';

/** Throttling of the cgroup by a CPU quota. */
export function readCpuV1(directory: string): CpuFigures {
  const path = `${directory}/cpu.stat`;
  const text = readKernelFile(path);
  return text === undefined ? {} : parseCpuStatV1(text, path);
}

/** `nr_throttled` and `throttled_time` (ns) of a v1 cpu.stat. */
export function parseCpuStatV1(text: string, path: string): CpuFigures {
  const figures = parseFlatKeyed(text, path);
  return measured<CpuFigures>({
    throttledPeriods: figures.get('nr_throttled'),
    throttledNs: figures.get('throttled_time'),
  });
}
