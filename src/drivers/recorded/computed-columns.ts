import { PREDICTIONS, rateOf } from './column-predictions.ts';
import type { ColumnWork } from './column-steps.ts';

/** Values that follow from other columns, except in some rows. */
export interface Exceptions {
  readonly rows: readonly number[];
  /** Of a product; NaN for a rate. */
  readonly parameter: number;
}

/** Undefined for a column that is not computed from others. */
export function exceptionsOf(work: ColumnWork): Exceptions | undefined {
  const { column, columns } = work;
  const prediction = PREDICTIONS[column];
  if (prediction === undefined || prediction.kind === 'sum') return undefined;
  const values = columns[column] as Float64Array;
  const parameter = prediction.kind === 'product' ? factorOf(values, columns[prediction.of]) : NaN;
  const predicted = computed(work, parameter);
  const rows: number[] = [];
  for (let row = 0; row < values.length; row += 1) {
    if (!Object.is(values[row], predicted(row))) rows.push(row);
  }
  return { rows, parameter };
}

/** Megahertz have three decimals in /proc/cpuinfo; a quotient of floats has the digits of its rounding too. */
function factorOf(values: Float64Array, of: Float64Array | undefined): number {
  for (let row = 0; row < values.length; row += 1) {
    const part = of?.[row] ?? NaN;
    if (part > 0 && !Number.isNaN(values[row]))
      return Math.round(((values[row] as number) / part) * 1e5) / 1e3;
  }
  return 0;
}

/** What the column is according to the columns it is computed from. */
export function computed(
  { column, columns, plan, state }: ColumnWork,
  parameter: number,
): (row: number) => number {
  const prediction = PREDICTIONS[column];
  if (prediction?.kind === 'product') {
    const of = columns[prediction.of] as Float64Array;
    return (row) => ((of[row] as number) / 100) * parameter;
  }
  if (prediction?.kind !== 'rate') return () => NaN;
  const counter = columns[prediction.counter] as Float64Array;
  return (row) => {
    const task = plan.tasks[row] as number;
    const isSame = row > 0 && plan.tasks[row - 1] === task;
    const before = isSame ? (counter[row - 1] as number) : state.last(prediction.counter, task);
    const beforeMs = isSame ? (plan.timesMs[row - 1] as number) : state.lastTimeMs(task);
    return rateOf(prediction, counter[row] as number, before, (plan.timesMs[row] as number) - beforeMs);
  };
}
