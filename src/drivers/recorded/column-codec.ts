import { basesOf, bestSteps, expectedValue, type ColumnWork } from './column-steps.ts';
import { computedValues, exceptionsOf, type Exceptions } from './computed-columns.ts';
import { newColumn, type Column } from './row-layout.ts';
import { hasBit, type ByteReader, type ByteWriter } from './varints.ts';

/** How the values of a column are stored. */
const MODE = { absent: 0, still: 1, integers: 2, floats: 3, exceptions: 4 } as const;
/** Added to a mode: a bit for each row says whether it has a value. */
const SPARSE = 16;
/** Added to `still` and `integers`: the values are differences from the prediction, not from the value before. */
const PREDICTED = 32;

export function encodeColumn(work: ColumnWork, out: ByteWriter): void {
  const { column, columns } = work;
  const values = columns[column] as Column;
  const present = countPresent(values);
  if (present === 0) {
    out.uint(MODE.absent);
    return;
  }
  const exceptions = exceptionsOf(work);
  if (exceptions !== undefined) {
    writeExceptions(exceptions, values, out);
    return;
  }
  const sparse = present === values.length ? 0 : SPARSE;
  const steps = bestSteps(work);
  if (steps === undefined) {
    out.uint(MODE.floats + sparse);
    if (sparse !== 0) writePresence(values, out);
    for (const value of values) if (!Number.isNaN(value)) out.float(value);
    return;
  }
  const predicted = steps.isPredicted ? PREDICTED : 0;
  const divisor = steps.divisor === 0 ? 1 : steps.divisor;
  out.uint((steps.divisor === 0 ? MODE.still : MODE.integers) + sparse + predicted);
  if (sparse !== 0) writePresence(values, out);
  if (steps.divisor === 0) return;
  out.uint(divisor);
  for (const step of steps.values) out.int(step / divisor);
}

/** Puts the column of the block in its place, unless it is absent. @throws RKT_ERR_RECORDING when the bytes end too early */
export function decodeColumn(work: ColumnWork, input: ByteReader): void {
  const flags = input.uint();
  const mode = flags & 15;
  if (mode === MODE.absent) return;
  if (flags === MODE.still) {
    work.columns[work.column] = stillValues(work);
    return;
  }
  work.state.still.delete(work.column);
  const { rows } = work.plan;
  if (mode === MODE.exceptions) {
    work.columns[work.column] = readExceptions(work, input);
    return;
  }
  const values = work.state.newColumn(work.column, rows);
  const present = (flags & SPARSE) === 0 ? undefined : input.bytes(Math.ceil(rows / 8));
  if (mode === MODE.still) {
    if (present !== undefined) leaveOut(values, present);
    addSteps(work, values, { divisor: 1, isPredicted: (flags & PREDICTED) !== 0 });
  } else if (mode === MODE.floats) readFloats(values, present, input);
  else {
    const divisor = input.uint();
    input.ints(values, present);
    addSteps(work, values, { divisor, isPredicted: (flags & PREDICTED) !== 0 });
  }
  work.columns[work.column] = values;
}

/** Every value is the last one of its task; blocks of the same tasks share the array while this goes on. */
function stillValues(work: ColumnWork): Column {
  const { column, plan, state } = work;
  const before = state.still.get(column);
  if (before !== undefined) return before;
  const values = newColumn(plan.rows);
  addSteps(work, values, { divisor: 1, isPredicted: false });
  state.still.set(column, values);
  return values;
}

/** Turns divided steps into values, in place. */
function addSteps(
  work: ColumnWork,
  values: Column,
  { divisor, isPredicted }: { readonly divisor: number; readonly isPredicted: boolean },
): void {
  const { tasks, starts } = work.plan;
  const bases = basesOf(work, isPredicted);
  const lastOf = work.state.lastOf(work.column);
  for (let index = 0; index < tasks.length; index += 1) {
    const task = tasks[index] as number;
    const first = starts[index] as number;
    let last = lastOf[task] as number;
    for (let row = first; row < (starts[index + 1] as number); row += 1) {
      const step = values[row] as number;
      if (Number.isNaN(step)) continue;
      last = expectedValue(last, bases, { row, task, isFirst: row === first }) + step * divisor;
      values[row] = last;
    }
  }
}

function leaveOut(values: Column, present: Uint8Array): void {
  for (let row = 0; row < values.length; row += 1) if (!hasBit(present, row)) values[row] = NaN;
}

function readFloats(values: Column, present: Uint8Array | undefined, input: ByteReader): void {
  for (let row = 0; row < values.length; row += 1)
    values[row] = present === undefined || hasBit(present, row) ? input.float() : NaN;
}

function countPresent(values: Column): number {
  let present = 0;
  for (const value of values) if (!Number.isNaN(value)) present += 1;
  return present;
}

function writePresence(values: Column, out: ByteWriter): void {
  const bits = new Uint8Array(Math.ceil(values.length / 8));
  values.forEach((value, row) => {
    if (!Number.isNaN(value)) bits[row >> 3] = (bits[row >> 3] as number) | (1 << (row & 7));
  });
  out.bytes(bits);
}

function writeExceptions({ rows, parameter }: Exceptions, values: Column, out: ByteWriter): void {
  out.uint(MODE.exceptions);
  out.float(parameter);
  out.uint(rows.length);
  let before = 0;
  for (const row of rows) {
    out.uint(row - before);
    out.float(values[row] as number);
    before = row;
  }
}

function readExceptions(work: ColumnWork, input: ByteReader): Column {
  const values = computedValues(work, input.float());
  let row = 0;
  for (let left = input.uint(); left > 0; left -= 1) {
    row += input.uint();
    const value = input.float();
    if (row < values.length) values[row] = value;
  }
  return values;
}
