import { PREDICTIONS } from './column-predictions.ts';
import type { ColumnState } from './column-state.ts';
import type { Column, RowPlan } from './row-layout.ts';

/** Everything that a column is coded with. */
export interface ColumnWork {
  readonly column: number;
  readonly plan: RowPlan;
  readonly state: ColumnState;
  /**
   * The columns of the block, by number; those that this one is predicted from are complete. A column without a value is
   * absent.
   */
  readonly columns: (Column | undefined)[];
}

/** A larger step does not fit into a variable-length integer. */
const MAX_STEP = 2 ** 52;

/** A column that another one is predicted from. */
export interface Basis {
  readonly values: Column;
  readonly last: Float64Array;
}

/** The columns that a column changes with; none unless it is predicted. */
export function basesOf({ column, columns, state }: ColumnWork, isPredicted: boolean): readonly Basis[] {
  const prediction = PREDICTIONS[column];
  if (!isPredicted || prediction?.kind !== 'sum') return [];
  return prediction.of.flatMap((basis) => {
    const values = columns[basis];
    return values === undefined ? [] : [{ values, last: state.lastOf(basis) }];
  });
}

/** The value that a row has if nothing happened since the last value of its task. */
export function expectedValue(
  last: number,
  bases: readonly Basis[],
  { row, task, isFirst }: { readonly row: number; readonly task: number; readonly isFirst: boolean },
): number {
  if (Number.isNaN(last)) return 0;
  let expected = last;
  for (let index = 0; index < bases.length; index += 1) {
    const basis = bases[index] as Basis;
    const before = isFirst ? basis.last[task] : basis.values[row - 1];
    const change = (basis.values[row] as number) - (before as number);
    if (Number.isSafeInteger(change)) expected += change;
  }
  return expected;
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
  const { tasks, starts } = work.plan;
  const values = work.columns[work.column] as Column;
  const bases = basesOf(work, isPredicted);
  const lastOf = work.state.lastOf(work.column);
  const steps: number[] = [];
  let divisor = 0;
  for (let index = 0; index < tasks.length; index += 1) {
    const task = tasks[index] as number;
    const first = starts[index] as number;
    let last = lastOf[task] as number;
    for (let row = first; row < (starts[index + 1] as number); row += 1) {
      const value = values[row] as number;
      if (Number.isNaN(value)) continue;
      const from = expectedValue(last, bases, { row, task, isFirst: row === first });
      const step = value - from;
      if (!Number.isSafeInteger(step) || Math.abs(step) > MAX_STEP || from + step !== value) return undefined;
      if (step !== 0 && divisor !== 1) divisor = commonDivisor(divisor, Math.abs(step));
      steps.push(step === 0 ? 0 : step);
      last = value;
    }
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
