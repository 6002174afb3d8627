import { cpus } from 'node:os';

import { readKernelFile } from './kernel-file.ts';

/** The facts for the conversion of rates. */
export interface CpuFacts {
  readonly cores: number;
  /** Absent if the machine does not provide it, such as many arm64 ones. */
  readonly mhzPerCore?: number;
}

const KHZ_PER_MHZ = 1_000;

/** The cores of this machine and the frequency of one: the maximum if it is known, else the current one. */
export function readCpuFacts({ procRoot = '/proc', sysRoot = '/sys' } = {}): CpuFacts {
  const cores = Math.max(1, cpus().length);
  const mhzPerCore =
    parseMaxFrequency(readKernelFile(`${sysRoot}/devices/system/cpu/cpu0/cpufreq/cpuinfo_max_freq`) ?? '') ??
    parseCpuInfoMhz(readKernelFile(`${procRoot}/cpuinfo`) ?? '');
  return mhzPerCore === undefined ? { cores } : { cores, mhzPerCore };
}

/**
 * The frequency of the first core in /proc/cpuinfo: `cpu MHz` on x86, `clock` (`3000.000000MHz`) on POWER, `CPU MHz`
 * on MIPS and `cpu MHz static` on s390x, which precedes the current one, `cpu MHz dynamic`.
 */
export function parseCpuInfoMhz(text: string): number | undefined {
  return clockOf(text, 'cpu MHz static') ?? clockOf(text, '(?:cpu MHz(?: dynamic)?|clock)');
}

function clockOf(text: string, title: string): number | undefined {
  const line = new RegExp(
    `^[ \\t]*${title}[ \\t]*:[ \\t]*(\\d+(?:\\.\\d+)?)[ \\t]*(?:MHz)?[ \\t\\r]*$`,
    'gim',
  );
  for (const [, digits] of text.matchAll(line)) {
    const mhz = positive(Number(digits));
    if (mhz !== undefined) return mhz;
  }
  return undefined;
}

function parseMaxFrequency(text: string): number | undefined {
  return /^\d+\s*$/.test(text) ? positive(Number(text) / KHZ_PER_MHZ) : undefined;
}

function positive(value: number): number | undefined {
  return value > 0 ? value : undefined;
}
