import { readFileSync } from 'node:fs';

/** CPU time of this process and of its children that have ended, in µs; steps of 10 ms for the children. */
export interface CpuTimes {
  readonly ownUs: number;
  readonly childrenUs: number;
  readonly allUs: number;
}

const US_PER_TICK = 10_000;

export function cpuTimes(): CpuTimes {
  const { user, system } = process.cpuUsage();
  // After the name, which is in brackets and may hold anything: cutime and cstime are the 14th and 15th.
  const fields = readFileSync('/proc/self/stat', 'utf8').split(')').at(-1)?.trim().split(' ') ?? [];
  const childrenUs = (Number(fields[13]) + Number(fields[14])) * US_PER_TICK;
  return { ownUs: user + system, childrenUs, allUs: user + system + childrenUs };
}
