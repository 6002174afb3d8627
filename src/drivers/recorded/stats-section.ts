import { RktError } from '../../model/rkt-error.ts';
import { decodeColumn, encodeColumn } from './column-codec.ts';
import { CODING_ORDER } from './column-predictions.ts';
import type { ColumnState } from './column-state.ts';
import type { ColumnWork, RowPlan } from './column-steps.ts';
import { COLUMN_COUNT, COLUMN_NAMES } from './metric-columns.ts';
import type { RecordedTick } from './stats-rows.ts';
import { createByteReader, createByteWriter, type ByteReader, type ByteWriter } from './varints.ts';

/** More rows than a writer ever puts into one block: a block that claims more is damaged. */
const MAX_ROWS = 2 ** 18;
const MAX_COLUMNS = 4_096;
/** A metric of another version: its bytes are read, and its values dropped. */
const UNKNOWN = COLUMN_COUNT;

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
  const columns = emptyColumns(layout.plan.tasks.length);
  const times = layout.plan.timesMs;
  layout.places.forEach(([tickIndex, taskIndex], row) => {
    const tick = ticks[tickIndex] as RecordedTick;
    for (let column = 0; column < COLUMN_COUNT; column += 1)
      (columns[column] as Float64Array)[row] = tick.valueAt(taskIndex, column);
    times[row] = tick.timeMs + tick.valueAt(taskIndex, 0);
  });
  if (state.order.length === 0) {
    out.uint(COLUMN_COUNT);
    for (const column of CODING_ORDER) out.text(COLUMN_NAMES[column] ?? '');
    state.order = CODING_ORDER;
  }
  for (const column of CODING_ORDER) encodeColumn({ column, plan: layout.plan, state, columns }, out);
  remember({ plan: layout.plan, columns, state });
  return out.done();
}

/** @throws RKT_ERR_RECORDING for bytes that are not those of {@link encodeStats} */
export function decodeStats(bytes: Buffer, state: ColumnState): readonly RecordedTick[] {
  const input = createByteReader(bytes);
  // A block before this one is missing if the numbers of the tasks do not go on.
  if (input.uint() !== state.taskIds.length) throw damaged();
  for (let left = input.uint(); left > 0; left -= 1) state.task(input.text());
  const { timesMs, numbers } = readTicks(input, state);
  const layout = layoutOf(numbers);
  const columns = emptyColumns(layout.plan.tasks.length);
  if (state.order.length === 0) state.order = readOrder(input);
  const withUnknown = [...columns, new Float64Array(layout.plan.tasks.length)];
  for (const column of state.order) {
    decodeColumn({ column, plan: layout.plan, state, columns: withUnknown }, input);
    if (column === 0) fillTimes(layout, timesMs, columns[0] as Float64Array);
  }
  remember({ plan: layout.plan, columns, state });
  return timesMs.map((timeMs, tick) => {
    const rows = layout.rows[tick] ?? [];
    return {
      timeMs,
      taskIds: (numbers[tick] ?? []).map((number) => state.taskIds[number] ?? ''),
      valueAt: (task, column) => columns[column]?.[rows[task] ?? -1] ?? NaN,
    };
  });
}

/** The columns of a group, by the names that its first block has. */
function readOrder(input: ByteReader): readonly number[] {
  return Array.from({ length: Math.min(input.uint(), MAX_COLUMNS) }, () => {
    const column = COLUMN_NAMES.indexOf(input.text());
    return column < 0 ? UNKNOWN : column;
  });
}

interface Layout {
  readonly plan: RowPlan;
  /** For each row the tick and the place in it. */
  readonly places: readonly (readonly [tick: number, task: number])[];
  /** For each tick the rows of its tasks. */
  readonly rows: readonly (readonly number[])[];
}

/** The rows of one task follow each other: their values differ least. */
function layoutOf(numbers: readonly (readonly number[])[]): Layout {
  const byTask = new Map<number, [number, number][]>();
  numbers.forEach((tasks, tick) =>
    tasks.forEach((task, place) => {
      const places = byTask.get(task) ?? [];
      if (places.length === 0) byTask.set(task, places);
      places.push([tick, place]);
    }),
  );
  const count = numbers.reduce((sum, tasks) => sum + tasks.length, 0);
  const plan = { tasks: new Uint32Array(count), timesMs: new Float64Array(count) };
  const rows = numbers.map(({ length }) => new Array<number>(length).fill(0));
  const places: (readonly [number, number])[] = [];
  for (const [task, own] of byTask) {
    for (const [tick, place] of own) {
      plan.tasks[places.length] = task;
      (rows[tick] as number[])[place] = places.length;
      places.push([tick, place]);
    }
  }
  return { plan, places, rows };
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

function fillTimes({ plan, places }: Layout, timesMs: readonly number[], offsets: Float64Array): void {
  places.forEach(([tick], row) => {
    plan.timesMs[row] = (timesMs[tick] ?? NaN) + (offsets[row] ?? NaN);
  });
}

function emptyColumns(rows: number): readonly Float64Array[] {
  return Array.from({ length: COLUMN_COUNT }, () => new Float64Array(rows).fill(NaN));
}

/** Keeps the last value of each column of each task for the next block. */
function remember({ plan, columns, state }: Omit<ColumnWork, 'column'>): void {
  columns.forEach((values, column) => {
    for (let row = 0; row < values.length; row += 1) {
      const value = values[row] as number;
      if (!Number.isNaN(value)) state.setLast(column, plan.tasks[row] as number, value);
    }
  });
  plan.tasks.forEach((task, row) => state.setLastTime(task, plan.timesMs[row] as number));
}

function damaged(): RktError {
  return new RktError('RKT_ERR_RECORDING', 'The stats of a block of a recording do not fit together');
}
