import { readKernelFile } from '../../kernel-file.ts';
import { measured, parseFlatKeyed, type CpuFigures } from '../figures.ts';

const NS_PER_US = 1_000;

/** CPU time and throttling of the cgroup and all below it. */
export function readCpuV2(directory: string): CpuFigures {
  const path = `${directory}/cpu.stat`;
  const text = readKernelFile(path);
  return text === undefined ? {} : parseCpuStatV2(text, path);
}

/** The figures of a v2 cpu.stat. The throttling lines are there only while the cpu controller is on. */
export function parseCpuStatV2(text: string, path: string): CpuFigures {
  const figures = parseFlatKeyed(text, path);
  const toNs = (key: string): number | undefined => {
    const value = figures.get(key);
    return value === undefined ? undefined : value * NS_PER_US;
  };
  return measured<CpuFigures>({
    totalNs: toNs('usage_usec'),
    userNs: toNs('user_usec'),
    systemNs: toNs('system_usec'),
    throttledPeriods: figures.get('nr_throttled'),
    throttledNs: toNs('throttled_usec'),
  });
}
