import type { ProcessUsage } from '../../sources/processes.ts';

/** The CPU time of a set of processes that come and go. */
export interface ProcessTotals {
  /** Adds what these processes have used since the last call; returns all so far, in ns. */
  add(processes: ReadonlyMap<number, ProcessUsage> | undefined): number;
}

/** A plain sum would decrease whenever a process exits. CPU time after the last read of a process is not seen. */
export function createProcessTotals(): ProcessTotals {
  let totalNs = 0;
  let last: ReadonlyMap<number, ProcessUsage> = new Map();
  return {
    add(processes = new Map()) {
      for (const [pid, { cpuNs }] of processes) {
        const before = last.get(pid)?.cpuNs ?? 0;
        // A smaller value belongs to another process with the same pid.
        totalNs += cpuNs >= before ? cpuNs - before : cpuNs;
      }
      last = processes;
      return totalNs;
    },
  };
}
