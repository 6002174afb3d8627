import { PREDICTIONS, rateOf, type RatePrediction } from './column-predictions.ts';
import type { ColumnWork } from './column-steps.ts';
import type { Column } from './row-layout.ts';

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
  const values = columns[column] as Column;
  const parameter = prediction.kind === 'product' ? factorOf(values, columns[prediction.of]) : NaN;
  const predicted = computedValues(work, parameter);
  const rows: number[] = [];
  for (let row = 0; row < values.length; row += 1) {
    if (!Object.is(values[row], predicted[row])) rows.push(row);
  }
  return { rows, parameter };
}

/** Megahertz have three decimals in /proc/cpuinfo; a quotient of floats has the digits of its rounding too. */
function factorOf(values: Column, of: Column | undefined): number {
  for (let row = 0; row < values.length; row += 1) {
    const part = of?.[row] ?? NaN;
    if (part > 0 && !Number.isNaN(values[row]))
      return Math.round(((values[row] as number) / part) * 1e5) / 1e3;
  }
  return 0;
}

/** What the column is according to the columns it is computed from. */
export function computedValues(work: ColumnWork, parameter: number): Column {
  const { column, columns, plan, state } = work;
  const values = state.newColumn(column, plan.rows);
  const prediction = PREDICTIONS[column];
  const of = prediction?.kind === 'product' ? columns[prediction.of] : undefined;
  if (prediction?.kind === 'rate') putRates(values, prediction, work);
  else if (of === undefined) values.fill(NaN);
  else for (let row = 0; row < values.length; row += 1) values[row] = ((of[row] as number) / 100) * parameter;
  return values;
}

function putRates(values: Column, prediction: RatePrediction, { columns, plan, state }: ColumnWork): void {
  const counter = columns[prediction.counter];
  if (counter === undefined) return void values.fill(NaN);
  const { tasks, starts, timesMs } = plan;
  const last = state.lastOf(prediction.counter);
  const lastTimesMs = state.lastTimesMs();
  for (let index = 0; index < tasks.length; index += 1) {
    const task = tasks[index] as number;
    let before = last[task] as number;
    let beforeMs = lastTimesMs[task] as number;
    for (let row = starts[index] as number; row < (starts[index + 1] as number); row += 1) {
      const now = counter[row] as number;
      const nowMs = timesMs[row] as number;
      values[row] = rateOf(prediction, now, before, nowMs - beforeMs);
      before = now;
      beforeMs = nowMs;
    }
  }
}
