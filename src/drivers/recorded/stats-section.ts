import { RktError } from '../../model/rkt-error.ts';
import { decodeColumn, encodeColumn } from './column-codec.ts';
import { CODING_ORDER } from './column-predictions.ts';
import type { ColumnState } from './column-state.ts';
import type { ColumnWork } from './column-steps.ts';
import {
  fits,
  layoutOf,
  newColumn,
  planOf,
  type Column,
  type RowLayout,
  type RowPlan,
} from './row-layout.ts';
import { COLUMN_COUNT, COLUMN_NAMES } from './metric-columns.ts';
import type { RecordedTick } from './stats-rows.ts';
import { createByteReader, createByteWriter, type ByteReader, type ByteWriter } from './varints.ts';

/** More rows than a writer ever puts into one block: a block that claims more is damaged. */
const MAX_ROWS = 2 ** 18;
const MAX_COLUMNS = 4_096;
/** A metric of another version: its bytes are read, and its values dropped. */
const UNKNOWN = COLUMN_COUNT;
/** The times of the rows. */
const TIMES = COLUMN_COUNT + 1;

/** The stats of a block, not compressed yet. The state goes on to the next block of the group. */
export function encodeStats(ticks: readonly RecordedTick[], state: ColumnState): Buffer {
  const out = createByteWriter();
  const known = state.taskIds.length;
  const numbers = ticks.map(({ taskIds }) => taskIds.map((id) => state.task(id)));
  const added = state.taskIds.slice(known);
  out.uint(known);
  out.uint(added.length);
  added.forEach((id) => out.text(id));
  writeTicks(ticks, numbers, { state, out });
  const layout = layoutOf(numbers);
  const plan = planOf(layout);
  const columns = Array.from({ length: COLUMN_COUNT }, () => newColumn(layout.rows));
  layout.rowsOfTicks.forEach((rows, tickIndex) => {
    const tick = ticks[tickIndex] as RecordedTick;
    rows.forEach((row, task) => {
      for (let column = 0; column < COLUMN_COUNT; column += 1)
        (columns[column] as Column)[row] = tick.valueAt(task, column);
      plan.timesMs[row] = tick.timeMs + tick.valueAt(task, 0);
    });
  });
  if (state.order.length === 0) {
    out.uint(COLUMN_COUNT);
    for (const column of CODING_ORDER) out.text(COLUMN_NAMES[column] ?? '');
    state.order = CODING_ORDER;
  }
  for (const column of CODING_ORDER) encodeColumn({ column, plan, state, columns }, out);
  remember({ plan, columns, state });
  return out.done();
}

/** @throws RKT_ERR_RECORDING for bytes that are not those of {@link encodeStats} */
export function decodeStats(bytes: Buffer, state: ColumnState): readonly RecordedTick[] {
  const input = createByteReader(bytes);
  // A block before this one is missing if the numbers of the tasks do not go on.
  if (input.uint() !== state.taskIds.length) throw damaged();
  for (let left = input.uint(); left > 0; left -= 1) state.task(input.text());
  const { timesMs, numbers } = readTicks(input, state);
  // Mostly all tasks of the block before are sampled again.
  const layout = fits(state.layout, numbers) ? state.layout : layoutOf(numbers);
  if (layout !== state.layout) state.still.clear();
  state.layout = layout;
  state.nextBlock();
  const plan = planOf(layout, state.newColumn(TIMES, layout.rows, NaN));
  const columns: (Column | undefined)[] = new Array<undefined>(COLUMN_COUNT + 1).fill(undefined);
  if (state.order.length === 0) state.order = readOrder(input);
  for (const column of state.order) {
    decodeColumn({ column, plan, state, columns }, input);
    if (column === 0) fillTimes(layout, timesMs, { plan, offsets: columns[0] });
  }
  columns.length = COLUMN_COUNT;
  remember({ plan, columns, state });
  return timesMs.map((timeMs, tick) => {
    const rows = layout.rowsOfTicks[tick] ?? NO_ROWS;
    return {
      timeMs,
      taskIds: state.idsOf(numbers[tick] ?? []),
      valueAt: (task, column) => columns[column]?.[rows[task] ?? -1] ?? NaN,
    };
  });
}

const NO_ROWS = new Uint32Array(0);

/** The columns of a group, by the names that its first block has. */
function readOrder(input: ByteReader): readonly number[] {
  return Array.from({ length: Math.min(input.uint(), MAX_COLUMNS) }, () => {
    const column = COLUMN_NAMES.indexOf(input.text());
    return column < 0 ? UNKNOWN : column;
  });
}

function writeTicks(
  ticks: readonly RecordedTick[],
  numbers: readonly (readonly number[])[],
  { state, out }: { readonly state: ColumnState; readonly out: ByteWriter },
): void {
  out.uint(ticks.length);
  ticks.forEach(({ timeMs }, index) => {
    const own = numbers[index] ?? [];
    out.float(timeMs - state.tickMs);
    state.tickMs = timeMs;
    const isSame =
      own.length === state.tickTasks.length && own.every((task, at) => task === state.tickTasks[at]);
    out.uint(isSame ? 0 : own.length + 1);
    if (isSame) return;
    let before = -1;
    for (const task of own) {
      out.int(task - before - 1);
      before = task;
    }
    state.tickTasks = own;
  });
}

function readTicks(
  input: ByteReader,
  state: ColumnState,
): { readonly timesMs: readonly number[]; readonly numbers: readonly (readonly number[])[] } {
  const timesMs: number[] = [];
  const numbers: (readonly number[])[] = [];
  let rows = 0;
  for (let left = input.uint(); left > 0; left -= 1) {
    state.tickMs += input.float();
    timesMs.push(state.tickMs);
    const length = input.uint() - 1;
    rows += length < 0 ? state.tickTasks.length : length;
    if (rows > MAX_ROWS) throw damaged();
    if (length >= 0) {
      let before = -1;
      state.tickTasks = Array.from({ length }, () => (before = before + 1 + input.int()));
      if (state.tickTasks.some((task) => state.taskIds[task] === undefined)) throw damaged();
    }
    numbers.push(state.tickTasks);
  }
  return { timesMs, numbers };
}

function fillTimes(
  { rowsOfTicks }: RowLayout,
  timesMs: readonly number[],
  { plan, offsets }: { readonly plan: RowPlan; readonly offsets: Column | undefined },
): void {
  rowsOfTicks.forEach((rows, tick) => {
    for (const row of rows) plan.timesMs[row] = (timesMs[tick] ?? NaN) + (offsets?.[row] ?? NaN);
  });
}

/** Keeps the last value of each column of each task for the next block. */
function remember({ plan, columns, state }: Omit<ColumnWork, 'column'>): void {
  for (let column = 0; column < columns.length; column += 1) {
    const values = columns[column];
    // Values that stand still are the last ones already.
    if (values !== undefined && values !== state.still.get(column))
      keepLast(values, state.lastOf(column), plan);
  }
  keepLast(plan.timesMs, state.lastTimesMs(), plan);
}

function keepLast(values: Column, last: Float64Array, { tasks, starts }: RowPlan): void {
  for (let index = 0; index < tasks.length; index += 1) {
    const first = starts[index] as number;
    for (let row = (starts[index + 1] as number) - 1; row >= first; row -= 1) {
      const value = values[row] as number;
      if (Number.isNaN(value)) continue;
      last[tasks[index] as number] = value;
      break;
    }
  }
}

function damaged(): RktError {
  return new RktError('RKT_ERR_RECORDING', 'The stats of a block of a recording do not fit together');
}
