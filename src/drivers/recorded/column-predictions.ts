import { COUNTER_RATES, MIN_WINDOW_MS } from '../../model/computed-rates.ts';
import { COLUMN_NAMES, columnIndex } from './metric-columns.ts';

/** How a column follows from others. A prediction that is wrong costs bytes and is never stored. */
export type Prediction =
  /** The increase of a counter over time, times a factor. */
  | {
      readonly kind: 'rate';
      readonly counter: number;
      readonly factor: (change: number, elapsedMs: number) => number;
    }
  /** Another column of the same row times a parameter that the block holds. */
  | { readonly kind: 'product'; readonly of: number }
  /** The column changes by as much as these do together. */
  | { readonly kind: 'sum'; readonly of: readonly number[] };

export type RatePrediction = Extract<Prediction, { kind: 'rate' }>;

const BY_NAME: Readonly<Record<string, Prediction>> = {
  'cpu.totalNs': { kind: 'sum', of: ['cpu.userNs', 'cpu.systemNs'].map(columnIndex) },
  'cpu.totalTicksMhz': { kind: 'product', of: columnIndex('cpu.percent') },
  'memory.cacheBytes': { kind: 'sum', of: [columnIndex('memory.usageBytes')] },
  'memory.rssBytes': { kind: 'sum', of: [columnIndex('memory.usageBytes')] },
  'memory.workingSetBytes': { kind: 'sum', of: [columnIndex('memory.usageBytes')] },
  'memory.maxUsageBytes': { kind: 'sum', of: [columnIndex('memory.usageBytes')] },
  ...Object.fromEntries(
    COUNTER_RATES.map(({ section, key, counter, factor }): [string, Prediction] => [
      `${section}.${key}`,
      { kind: 'rate', counter: columnIndex(`${section}.${counter}`), factor },
    ]),
  ),
};

export const PREDICTIONS: readonly (Prediction | undefined)[] = COLUMN_NAMES.map((name) => BY_NAME[name]);

/** The columns in an order in which each comes after those that it is predicted from. */
export const CODING_ORDER: readonly number[] = orderOf();

function basesOf(column: number): readonly number[] {
  const prediction = PREDICTIONS[column];
  if (prediction === undefined) return [];
  if (prediction.kind === 'rate') return [prediction.counter];
  return prediction.kind === 'product' ? [prediction.of] : prediction.of;
}

function orderOf(): readonly number[] {
  const order: number[] = [];
  const add = (column: number): void => {
    if (order.includes(column)) return;
    basesOf(column).forEach(add);
    order.push(column);
  };
  COLUMN_NAMES.forEach((_, column) => add(column));
  return order;
}

/** The rate between two values of a counter; NaN when there is none. */
export function rateOf({ factor }: RatePrediction, now: number, before: number, elapsedMs: number): number {
  return elapsedMs < MIN_WINDOW_MS || !(now >= before) ? NaN : factor(now - before, elapsedMs);
}
