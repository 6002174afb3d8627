/**
 * The data of an event `stats-changes`: the samples of a tick, as the difference to those of the previous event.
 *
 * Tasks are numbered by their position in the list of tasks, fields and shared values in the order of their first use. After a
 * full event, the reader has no earlier tasks, fields or values.
 */
export interface StatsChanges {
  /** One more than that of the previous event. */
  readonly seq: number;
  /** When the samples were sent. */
  readonly timeMs: number;
  /** The event does not refer to an earlier one. */
  readonly full?: true;
  /** The number of the first one, and paths such as `cpu.totalNs` that are used for the first time. */
  readonly fields?: readonly [first: number, ...paths: readonly string[]];
  /** The number of the first one, and values that are used for the first time: texts and lists. */
  readonly values?: readonly [first: number, ...values: readonly unknown[]];
  /** Positions of tasks that have no sample any more, in the previous list, ascending. */
  readonly left?: readonly number[];
  /** Tasks that had no sample before, each after its position in the new list, ascending. */
  readonly added?: readonly (number | string)[];
  /** The `timestampMs` of all samples less `timeMs`, each followed by the number of samples in a row that have it. */
  readonly times: readonly number[];
  /** Samples of which more than the time has changed. */
  readonly rows: readonly StatsRow[];
}

/**
 * The position of a task, followed by pairs of a field and its value. A position p is written as `-1 - p` when the rates of
 * the sample follow from its counters (`model/computed-rates.ts`); those that do not are among the pairs.
 *
 * A field f is written as `-1 - f` when the number is the difference to the previous one.
 */
export type StatsRow = readonly [position: number, ...cells: readonly StatsCell[]];

/** A number; null for a field that is absent now; the number of a shared value; or another value. */
export type StatsCell = number | null | readonly [shared: number] | { readonly is: unknown };

/** The name of the event. */
export const STATS_CHANGES = 'stats-changes';

/** Fields and shared values of one stream, each: far more than there are, and a limit for what a reader keeps. */
export const MAX_CHANGE_NAMES = 5_000;

/** Negative numbers mark: see {@link StatsRow}. */
export function marked(value: number): number {
  return -1 - value;
}
