/** Tuning options of the sampling. */
export interface SamplingOptions {
  /** Work after which to yield to the event loop; 4 ms by default. */
  readonly sliceMs?: number;
  /** The part of an interval that the slices of a round are spread over; 0.5 by default, 0 for back to back. */
  readonly spread?: number;
  /** Skips files that cannot have changed; true by default. */
  readonly gate?: boolean;
  /** The maximum age of a metric that the gate skips; 10 s by default. */
  readonly maxStaleMs?: number;
  /** The maximum number of open descriptors; by default RLIMIT_NOFILE minus a reserve. */
  readonly descriptorBudget?: number;
  /** Real time for measuring work, in ms: performance.now by default. */
  readonly workClock?: () => number;
}

export const DEFAULT_SAMPLING: Readonly<Required<Omit<SamplingOptions, 'descriptorBudget'>>> = Object.freeze({
  sliceMs: 4,
  spread: 0.5,
  gate: true,
  maxStaleMs: 10_000,
  workClock: () => performance.now(),
});
