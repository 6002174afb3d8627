import type { SamplingStats } from '../../model/sampling-stats.ts';

const COUNTERS = [
  'ticks',
  'skippedTicks',
  'samples',
  'failedSamples',
  'droppedSamples',
  'fileReads',
  'staleReads',
  'workMs',
] as const;

/** The sampling of all hosts together: sums; of the longest slice the maximum. What is of one process is absent. */
export function combinedSamplingStats(byHost: ReadonlyMap<string, SamplingStats>): SamplingStats {
  const all = [...byHost.values()];
  const sum = (valueOf: (stats: SamplingStats) => number): number =>
    all.reduce((total, stats) => total + valueOf(stats), 0);
  const counters = Object.fromEntries(COUNTERS.map((name) => [name, sum((stats) => stats[name])])) as Pick<
    SamplingStats,
    (typeof COUNTERS)[number]
  >;
  return Object.freeze({
    ...counters,
    timestampMs: Math.max(...all.map(({ timestampMs }) => timestampMs)),
    tasks: sum(({ tasks }) => tasks),
    longestSliceMs: Math.max(...all.map(({ longestSliceMs }) => longestSliceMs)),
    descriptors: {
      open: sum(({ descriptors }) => descriptors.open),
      budget: sum(({ descriptors }) => descriptors.budget),
      opened: sum(({ descriptors }) => descriptors.opened),
      evicted: sum(({ descriptors }) => descriptors.evicted),
    },
  });
}

/** The counters of one host, which go on where those of a driver that was started again begin at 0. */
export function growingCounters(): (stats: SamplingStats) => SamplingStats {
  let base: SamplingStats | undefined;
  let last: SamplingStats | undefined;
  return (stats) => {
    if (last !== undefined && stats.ticks < last.ticks) base = sumOfTwo(base, last);
    last = stats;
    return base === undefined ? stats : { ...sumOfTwo(base, stats), tasks: stats.tasks };
  };
}

/** Adds what the hosts that have left had counted: the sums of a fleet do not decrease with them. */
export function countersOfLeftHosts(): (
  byHost: ReadonlyMap<string, SamplingStats>,
) => ReadonlyMap<string, SamplingStats> {
  let before: ReadonlyMap<string, SamplingStats> = new Map();
  let base: SamplingStats | undefined;
  return (byHost) => {
    for (const [host, stats] of before) {
      if (byHost.has(host)) continue;
      const { opened, evicted } = stats.descriptors;
      const counted = { ...stats, tasks: 0, descriptors: { open: 0, budget: 0, opened, evicted } };
      base = { ...sumOfTwo(base, counted), tasks: 0 };
    }
    before = byHost;
    return base === undefined ? byHost : new Map([...byHost, [LEFT_HOSTS, base]]);
  };
}

/** No host has such a name. */
const LEFT_HOSTS = '/';

function sumOfTwo(base: SamplingStats | undefined, stats: SamplingStats): SamplingStats {
  const sum = combinedSamplingStats(
    new Map(
      [base, stats].flatMap((each, index) => (each === undefined ? [] : [[String(index), each] as const])),
    ),
  );
  const { open, budget } = stats.descriptors;
  return { ...sum, timestampMs: stats.timestampMs, descriptors: { ...sum.descriptors, open, budget } };
}
