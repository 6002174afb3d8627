/** How the sampling of all tasks goes about its work. */
export interface SamplingOptions {
  /** Work after which the event loop gets its turn; 4 ms by default. */
  readonly sliceMs?: number;
  /** The part of an interval that the slices of a round are spread over; 0.5 by default, 0 for back to back. */
  readonly spread?: number;
  /** Leaves files alone in which nothing can have moved; true by default. */
  readonly gate?: boolean;
  /** How old a figure may get that the gate keeps; 10 s by default. */
  readonly maxStaleMs?: number;
  /** How many descriptors may be kept open; by default what RLIMIT_NOFILE allows but for a reserve. */
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
