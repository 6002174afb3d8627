import { readKernelFile } from '../../kernel-file.ts';

/** The reserve for the rest of the process: sockets, pipes of children, logs. */
const MIN_RESERVE = 256;
const RESERVE_PART = 0.05;
/** The minimum that POSIX guarantees. */
const FALLBACK_LIMIT = 1_024;
/** Each open cgroup file uses a page of kernel memory. */
const MAX_BUDGET = 65_000;

/** The maximum number of kernel files kept open: RLIMIT_NOFILE minus a reserve. */
export function descriptorBudget(procRoot = '/proc'): number {
  const limit = openFilesLimit(procRoot);
  return Math.max(0, Math.min(MAX_BUDGET, Math.floor(limit - Math.max(MIN_RESERVE, limit * RESERVE_PART))));
}

/** The soft limit of open files of this process. */
export function openFilesLimit(procRoot = '/proc'): number {
  return parseOpenFilesLimit(readKernelFile(`${procRoot}/self/limits`) ?? '') ?? FALLBACK_LIMIT;
}

/** The soft limit of open files of a /proc/PID/limits; infinite when it is unlimited. */
export function parseOpenFilesLimit(text: string): number | undefined {
  const [, soft] = /^Max open files\s+(\d+|unlimited)\s/m.exec(text) ?? [];
  if (soft === undefined) return undefined;
  return soft === 'unlimited' ? Infinity : Number(soft);
}
