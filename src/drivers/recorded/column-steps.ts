import { PREDICTIONS } from './column-predictions.ts';
import type { ColumnState } from './column-state.ts';

/** The rows of a block: those of one task follow each other, in the order of time. */
export interface RowPlan {
  /** For each row the number of its task. */
  readonly tasks: Uint32Array;
  /** For each row the time of its sample, once the first column is known. */
  readonly timesMs: Float64Array;
}

/** Everything that a column is coded with. */
export interface ColumnWork {
  readonly column: number;
  readonly plan: RowPlan;
  readonly state: ColumnState;
  /** The columns of the block, by number; those that this one is predicted from are complete. */
  readonly columns: readonly Float64Array[];
}

/** A larger step does not fit into a variable-length integer. */
const MAX_STEP = 2 ** 52;

/** The value that a row has if nothing happened; it is called for the rows in order. */
export function expectation(
  { column, columns, plan, state }: ColumnWork,
  isPredicted: boolean,
): (row: number) => number {
  const values = columns[column] as Float64Array;
  const prediction = PREDICTIONS[column];
  const bases = isPredicted && prediction?.kind === 'sum' ? prediction.of : [];
  let task = -1;
  let last = NaN;
  return (row) => {
    const now = plan.tasks[row] as number;
    if (now === task) {
      const value = values[row - 1] as number;
      if (!Number.isNaN(value)) last = value;
    } else {
      task = now;
      last = state.last(column, task);
    }
    let expected = Number.isNaN(last) ? 0 : last;
    for (let index = 0; index < bases.length; index += 1) {
      const base = bases[index] as number;
      const isSame = row > 0 && plan.tasks[row - 1] === now;
      const before = isSame ? (columns[base]?.[row - 1] as number) : state.last(base, now);
      const change = (columns[base]?.[row] as number) - before;
      if (Number.isSafeInteger(change) && !Number.isNaN(last)) expected += change;
    }
    return expected;
  };
}

export interface Steps {
  readonly values: readonly number[];
  /** Of all steps; 0 when each is 0. */
  readonly divisor: number;
  readonly isPredicted: boolean;
}

/** The smaller of both ways to count; undefined when the values are not integers. */
export function bestSteps(work: ColumnWork): Steps | undefined {
  const plain = stepsOf(work, false);
  if (plain === undefined || PREDICTIONS[work.column]?.kind !== 'sum') return plain;
  const predicted = stepsOf(work, true);
  return predicted !== undefined && costOf(predicted) < costOf(plain) ? predicted : plain;
}

/** Undefined when a step is no integer, or so large that it would be rounded. */
function stepsOf(work: ColumnWork, isPredicted: boolean): Steps | undefined {
  const values = work.columns[work.column] as Float64Array;
  const expected = expectation(work, isPredicted);
  const steps: number[] = [];
  let divisor = 0;
  for (let row = 0; row < values.length; row += 1) {
    const value = values[row] as number;
    if (Number.isNaN(value)) continue;
    const from = expected(row);
    const step = value - from;
    if (!Number.isSafeInteger(step) || Math.abs(step) > MAX_STEP || from + step !== value) return undefined;
    if (step !== 0 && divisor !== 1) divisor = commonDivisor(divisor, Math.abs(step));
    steps.push(step === 0 ? 0 : step);
  }
  return { values: steps, divisor, isPredicted };
}

function costOf({ values, divisor }: Steps): number {
  let bits = 0;
  if (divisor !== 0) for (const step of values) bits += Math.log2(1 + Math.abs(step / divisor));
  return bits;
}

function commonDivisor(left: number, right: number): number {
  let [larger, smaller] = [left, right];
  while (smaller !== 0) [larger, smaller] = [smaller, larger % smaller];
  return larger;
}
