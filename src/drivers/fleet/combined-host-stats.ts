import type { HostStats } from '../../model/host-stats.ts';

const MEMORY_GAUGES = [
  'totalBytes',
  'usedBytes',
  'availableBytes',
  'swapTotalBytes',
  'swapUsedBytes',
  'usageBytes',
  'workingSetBytes',
  'rssBytes',
  'cacheBytes',
  'mappedFileBytes',
] as const;

/**
 * The machines of a fleet as one: sums of what they have, CPU usage by their cores, and all disks by `host:mount`. A
 * value that one of them has not measured is absent, as are counters: a sum over hosts that come and go would decrease.
 */
export function combinedHostStats(byHost: ReadonlyMap<string, HostStats>): HostStats {
  const all = [...byHost.values()];
  const cores = all.reduce((sum, { cpu }) => sum + cpu.cores, 0);
  const busy = sumOf(all, ({ cpu }) => (cpu.percent === undefined ? undefined : cpu.percent * cpu.cores));
  const load1 = sumOf(all, ({ cpu }) => cpu.load1);
  const memory = MEMORY_GAUGES.flatMap((name) => {
    const sum = sumOf(all, (host) => host.memory[name]);
    return sum === undefined ? [] : [[name, sum] as const];
  });
  return Object.freeze({
    timestampMs: Math.max(...all.map(({ timestampMs }) => timestampMs)),
    cpu: {
      cores,
      ...(busy === undefined || cores === 0 ? {} : { percent: busy / cores }),
      ...(load1 === undefined ? {} : { load1 }),
    },
    memory: Object.fromEntries(memory),
    disks: [...byHost].flatMap(([host, { disks }]) =>
      disks.map((disk) => ({ ...disk, mount: `${host}:${disk.mount}` })),
    ),
    uptimeMs: Math.min(...all.map(({ uptimeMs }) => uptimeMs)),
  });
}

/** Absent unless all hosts have it. */
function sumOf(
  all: readonly HostStats[],
  valueOf: (host: HostStats) => number | undefined,
): number | undefined {
  return all
    .map(valueOf)
    .reduce((sum, value) => (sum === undefined || value === undefined ? undefined : sum + value), 0);
}
