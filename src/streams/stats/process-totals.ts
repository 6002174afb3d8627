import type { ProcessFigures } from '../../sources/processes.ts';

/** The CPU time of a set of processes that come and go. */
export interface ProcessTotals {
  /** Adds what these processes have used since the last call; returns all so far, in ns. */
  add(processes: ReadonlyMap<number, ProcessFigures> | undefined): number;
}

/** A plain sum would go back whenever a process ends. What one used after the last look at it is not seen. */
export function createProcessTotals(): ProcessTotals {
  let totalNs = 0;
  let last: ReadonlyMap<number, ProcessFigures> = new Map();
  return {
    add(processes = new Map()) {
      for (const [pid, { cpuNs }] of processes) {
        const before = last.get(pid)?.cpuNs ?? 0;
        // A smaller figure is that of another process with the same pid.
        totalNs += cpuNs >= before ? cpuNs - before : cpuNs;
      }
      last = processes;
      return totalNs;
    },
  };
}
