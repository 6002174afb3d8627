/** Statistics of the sampling of all tasks. Counters start at 0 with the driver and never decrease. */
export interface SamplingStats {
  readonly timestampMs: number;
  /** Tasks with at least one subscriber. */
  readonly tasks: number;
  /** Rounds that were started: one for each interval that is due. */
  readonly ticks: number;
  /** Ticks that came too late, or while the previous round was still in progress; they are not repeated later. */
  readonly skippedTicks: number;
  readonly samples: number;
  /** No source could be read. */
  readonly failedSamples: number;
  /** A counter decreased. */
  readonly droppedSamples: number;
  /** Kernel files that were read, and those that were skipped because they could not have changed. */
  readonly fileReads: number;
  readonly staleReads: number;
  /** Time spent sampling, in total and in the longest turn of the event loop. */
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
  /** The event loop delay since the previous value. */
  readonly eventLoopDelay?: {
    readonly meanMs: number;
    readonly p50Ms: number;
    readonly p99Ms: number;
    readonly maxMs: number;
  };
  /** Absent until the first rkt command. */
  readonly rkt?: {
    readonly calls: number;
    readonly failures: number;
    readonly totalMs: number;
    readonly queueLength: number;
  };
}

/** The descriptors of kernel files that are kept open. */
export interface DescriptorStats {
  readonly open: number;
  readonly budget: number;
  /** Files that were opened, and those that were evicted. */
  readonly opened: number;
  readonly evicted: number;
}
