/** What a metric must keep: at most, or at least, so much. */
export type Threshold = { readonly atMost: number } | { readonly atLeast: number };

/** One line of a bench's answer. */
export interface Row {
  readonly what: string;
  /** The median, in `unit`. */
  readonly median: number;
  readonly unit: string;
  /** The least and the most of all rounds. */
  readonly range?: readonly [number, number];
  /** The ratio to something else that was measured in turn with it, and what that is. */
  readonly ratio?: number;
  readonly ratioTo?: string;
  /** Of the ratio when there is one, else of the median. */
  readonly threshold?: Threshold;
}

export interface BenchOptions {
  /** Fewer tasks and rounds: to see that everything works, not to learn anything. */
  readonly quick: boolean;
}

/** A bench answers one benchmark. */
export interface Benchmark {
  readonly name: string;
  readonly asks: string;
  run(options: BenchOptions): Promise<readonly Row[]>;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? NaN) + upper) / 2;
}

/** Median and range of the same measurement taken several times. */
export function summary(values: readonly number[]): Pick<Row, 'median' | 'range'> {
  return { median: median(values), range: [Math.min(...values), Math.max(...values)] };
}

/** True when a row keeps its threshold; undefined when it has none. */
export function keepsThreshold({ median: value, ratio, threshold }: Row): boolean | undefined {
  if (threshold === undefined) return undefined;
  const judged = ratio ?? value;
  return 'atMost' in threshold ? judged <= threshold.atMost : judged >= threshold.atLeast;
}
