import { NS_PER_MS } from '../model/units.ts';

/** Metrics of one process. */
export interface ProcessUsage {
  /** User and system time since the start of the process, in steps of 10 ms. */
  readonly cpuNs: number;
  readonly rssBytes: number;
}

/** The source of metrics per process. */
export interface Processes {
  /** The metrics of those processes that can be measured; dead ones are missing from the result. */
  sample(pids: readonly number[]): Promise<ReadonlyMap<number, ProcessUsage>>;
}

/**
 * The used part of a pidusage result: CPU time in ms, memory in bytes. Its own types are those of a development
 * dependency.
 */
interface Usage {
  readonly ctime: number;
  readonly memory: number;
}

export interface ProcessesDeps {
  readonly readUsage?: (
    pids: number[],
    options: { maxage: number },
  ) => Promise<Record<string, Usage | null | undefined>>;
  readonly nowMs?: () => number;
}

/** How long pidusage keeps the descriptor of a process that is no longer requested. */
const MAX_AGE_MS = 10_000;
/** A refused pid is not requested until pidusage has surely closed its descriptor of it. */
const REFUSED_FOR_MS = 2 * MAX_AGE_MS;

/**
 * Metrics from pidusage: use one instance for all.
 *
 * Only its counters are used, not its percent, which depends on other callers of the same pid and is 0 at first.
 * `pidusage.clear` leaks descriptors, so entries are left to age out. It returns nothing for a dead process while it
 * is requested, even when a new process has got the pid: hence the pause after a refusal. A pid is read by one call
 * at a time, since two concurrent first reads would leave a descriptor open.
 */
export function createProcesses(deps: ProcessesDeps = {}): Processes {
  const { readUsage = readByPidusage, nowMs = () => performance.now() } = deps;
  const inFlight = new Map<number, Promise<ProcessUsage | undefined>>();
  const refusedUntilMs = new Map<number, number>();

  const read = (pids: readonly number[]): void => {
    if (pids.length === 0) return;
    const batch = readUsage([...pids], { maxage: MAX_AGE_MS });
    for (const pid of pids) {
      const one = batch
        .then((usages) => {
          const measured = toProcessUsage(usages[pid]);
          if (measured === undefined) refusedUntilMs.set(pid, nowMs() + REFUSED_FOR_MS);
          return measured;
        })
        .finally(() => inFlight.delete(pid));
      inFlight.set(pid, one);
    }
  };

  return {
    async sample(pids) {
      for (const [pid, untilMs] of refusedUntilMs) if (untilMs <= nowMs()) refusedUntilMs.delete(pid);
      const wanted = [...new Set(pids)].filter((pid) => !refusedUntilMs.has(pid));
      read(wanted.filter((pid) => !inFlight.has(pid)));
      const answers = await Promise.all(wanted.map(async (pid) => [pid, await inFlight.get(pid)] as const));
      return new Map(
        answers.flatMap(([pid, measured]) => (measured === undefined ? [] : [[pid, measured] as const])),
      );
    },
  };
}

/**
 * pidusage is loaded for the first process that is measured: most tasks have a cgroup. Its types promise a value for every
 * pid; for a dead one it is null or undefined.
 */
async function readByPidusage(
  pids: number[],
  options: { maxage: number },
): Promise<Record<string, Usage | null | undefined>> {
  const { default: pidusage } = await import('pidusage');
  return pidusage(pids, options);
}

function toProcessUsage(usage: Usage | null | undefined): ProcessUsage | undefined {
  if (
    usage === undefined ||
    usage === null ||
    !Number.isFinite(usage.ctime) ||
    !Number.isFinite(usage.memory)
  )
    return undefined;
  return { cpuNs: usage.ctime * NS_PER_MS, rssBytes: usage.memory };
}
