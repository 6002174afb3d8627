/** One line of a bench's answer. */
export interface Row {
  readonly what: string;
  /** The median, in `unit`. */
  readonly median: number;
  readonly unit: string;
  /** What it is compared with in the same run, and how many times that it is. */
  readonly peer?: string;
  readonly ratio?: number;
  /** What it should not pass: of the ratio when there is a peer, else of the median. */
  readonly bar?: number;
}

/** A bench answers one question. */
export interface Question {
  readonly name: string;
  readonly asks: string;
  run(): Promise<readonly Row[]>;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? NaN) + upper) / 2;
}

/** True when a row keeps its bar; undefined when it has none. */
export function keepsBar({ median: value, ratio, bar }: Row): boolean | undefined {
  return bar === undefined ? undefined : (ratio ?? value) <= bar;
}
