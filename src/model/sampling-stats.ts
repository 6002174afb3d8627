/** What the sampling of all tasks has done and costs. Counters begin at 0 with the driver and only rise. */
export interface SamplingStats {
  readonly timestampMs: number;
  /** Tasks that somebody watches. */
  readonly tasks: number;
  /** Rounds that were begun: one for each interval that is due. */
  readonly ticks: number;
  /** Ticks that came too late, or found the round before them still under way; none of them is made up for. */
  readonly skippedTicks: number;
  readonly samples: number;
  /** No source could be read. */
  readonly failedSamples: number;
  /** A counter had gone back. */
  readonly droppedSamples: number;
  /** Kernel files that were read, and those that were not because nothing had moved. */
  readonly fileReads: number;
  readonly staleReads: number;
  /** Work of the sampling, in all and in the longest turn between two turns of the event loop. */
  readonly workMs: number;
  readonly longestSliceMs: number;
  /** From the beginning of the last round to its end, and the work in it. */
  readonly lastTick?: {
    readonly intervalMs: number;
    readonly tasks: number;
    readonly durationMs: number;
    readonly workMs: number;
  };
  readonly descriptors: DescriptorStats;
  /** How long the event loop was late in the time since the value before. */
  readonly eventLoopDelay?: {
    readonly meanMs: number;
    readonly p50Ms: number;
    readonly p99Ms: number;
    readonly maxMs: number;
  };
  /** Absent until rkt was needed for the first time. */
  readonly rkt?: {
    readonly calls: number;
    readonly failures: number;
    readonly totalMs: number;
    readonly queueLength: number;
  };
}

/** The descriptors that are kept open on kernel files. */
export interface DescriptorStats {
  readonly open: number;
  readonly budget: number;
  /** Files that were opened, and those that were closed to make room. */
  readonly opened: number;
  readonly evicted: number;
}
