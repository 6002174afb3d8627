import { NS_PER_SECOND } from '../../../model/units.ts';
import { readKernelFile } from '../../kernel-file.ts';
import { measured, parseFigure, parseFlatKeyed, type CpuFigures } from '../figures.ts';

/** `cpuacct.stat` counts in USER_HZ, which is 100 on every Linux. */
const NS_PER_TICK = NS_PER_SECOND / 100;

/** CPU time of the cgroup and all below it: the total in ns, user and system in steps of 10 ms. */
export function readCpuacct(directory: string): CpuFigures {
  const usagePath = `${directory}/cpuacct.usage`;
  const usage = readKernelFile(usagePath);
  const statPath = `${directory}/cpuacct.stat`;
  const stat = readKernelFile(statPath);
  return measured<CpuFigures>({
    totalNs: usage === undefined ? undefined : parseFigure(usage, usagePath),
    ...(stat === undefined ? {} : parseCpuacctStat(stat, statPath)),
  });
}

/** `user` and `system` of cpuacct.stat, in ns. */
export function parseCpuacctStat(text: string, path: string): CpuFigures {
  const ticks = parseFlatKeyed(text, path);
  const toNs = (value: number | undefined): number | undefined =>
    value === undefined ? undefined : value * NS_PER_TICK;
  return measured<CpuFigures>({ userNs: toNs(ticks.get('user')), systemNs: toNs(ticks.get('system')) });
}
