import { bestSteps, expectation, type ColumnWork } from './column-steps.ts';
import { computed, exceptionsOf, type Exceptions } from './computed-columns.ts';
import type { ByteReader, ByteWriter } from './varints.ts';

/** How the values of a column are stored. */
const MODE = { absent: 0, still: 1, integers: 2, floats: 3, exceptions: 4 } as const;
/** Added to a mode: a bit for each row says whether it has a value. */
const SPARSE = 16;
/** Added to `still` and `integers`: the values are differences from the prediction, not from the value before. */
const PREDICTED = 32;

export function encodeColumn(work: ColumnWork, out: ByteWriter): void {
  const { column, columns } = work;
  const values = columns[column] as Float64Array;
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

/** Fills the column of the block. @throws RKT_ERR_RECORDING when the bytes end too early */
export function decodeColumn(work: ColumnWork, input: ByteReader): void {
  const values = work.columns[work.column] as Float64Array;
  const flags = input.uint();
  const mode = flags & 15;
  if (mode === MODE.absent) return void values.fill(NaN);
  if (mode === MODE.exceptions) {
    readExceptions(work, input);
    return;
  }
  const presence = (flags & SPARSE) === 0 ? undefined : input.bytes(Math.ceil(values.length / 8));
  const isPresent = (row: number): boolean =>
    presence === undefined || ((presence[row >> 3] ?? 0) & (1 << (row & 7))) !== 0;
  if (mode === MODE.floats) {
    for (let row = 0; row < values.length; row += 1) values[row] = isPresent(row) ? input.float() : NaN;
    return;
  }
  const divisor = mode === MODE.still ? 0 : input.uint();
  const expected = expectation(work, (flags & PREDICTED) !== 0);
  for (let row = 0; row < values.length; row += 1) {
    if (!isPresent(row)) values[row] = NaN;
    else values[row] = expected(row) + (divisor === 0 ? 0 : input.int() * divisor);
  }
}

function countPresent(values: Float64Array): number {
  let present = 0;
  for (const value of values) if (!Number.isNaN(value)) present += 1;
  return present;
}

function writePresence(values: Float64Array, out: ByteWriter): void {
  const bits = new Uint8Array(Math.ceil(values.length / 8));
  values.forEach((value, row) => {
    if (!Number.isNaN(value)) bits[row >> 3] = (bits[row >> 3] as number) | (1 << (row & 7));
  });
  out.bytes(bits);
}

function writeExceptions({ rows, parameter }: Exceptions, values: Float64Array, out: ByteWriter): void {
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

function readExceptions(work: ColumnWork, input: ByteReader): void {
  const values = work.columns[work.column] as Float64Array;
  const predicted = computed(work, input.float());
  for (let row = 0; row < values.length; row += 1) values[row] = predicted(row);
  let row = 0;
  for (let left = input.uint(); left > 0; left -= 1) {
    row += input.uint();
    const value = input.float();
    if (row < values.length) values[row] = value;
  }
}
