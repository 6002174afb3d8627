import { COLUMN_COUNT } from './metric-columns.ts';
import { newColumn, type Column, type RowLayout } from './row-layout.ts';

/** What one block continues from the block before: the tasks of the group, and the last value of each column. */
export interface ColumnState {
  readonly taskIds: string[];
  /**
   * The last value of a column of each task, by number; NaN when there was none. It may be written to; a new task can
   * replace it by a larger one.
   */
  lastOf(column: number): Float64Array;
  /** The number of a task, which is added when it is new. */
  task(taskId: string): number;
  /** The same for the times of samples. */
  lastTimesMs(): Float64Array;
  /** The columns of a block, in order; empty before the first block. */
  order: readonly number[];
  /** Of the last block that was read. */
  layout: RowLayout | undefined;
  /** The columns of that block whose values are the last ones of their tasks, in all rows. */
  readonly still: Map<number, Column>;
  /** The ids of tasks with these numbers: the same list for the same numbers. */
  idsOf(numbers: readonly number[]): readonly string[];
  /** Time and tasks of the last tick. */
  tickMs: number;
  tickTasks: readonly number[];
  /** A column of the block that is decoded, full of one value. */
  newColumn(column: number, rows: number, value?: number): Column;
  /** Begins a block. */
  nextBlock(): void;
  /** Begins a group: forgets all tasks and values, and keeps the memory. */
  reset(): void;
}

/** @param isReused the columns of a block are used again for the second next one */
export function createColumnState(isReused = false): ColumnState {
  const slots = [new Map<number, Column>(), new Map<number, Column>()];
  let slot = 0;
  const numbers = new Map<string, number>();
  const taskIds: string[] = [];
  let capacity = 16;
  let columns = Array.from({ length: COLUMN_COUNT + 1 }, () => new Float64Array(capacity).fill(NaN));
  let ids: { readonly numbers: readonly number[]; readonly taskIds: readonly string[] } | undefined;
  const grow = (): void => {
    capacity *= 2;
    columns = columns.map((column) => {
      const larger = new Float64Array(capacity).fill(NaN);
      larger.set(column);
      return larger;
    });
  };
  const state: ColumnState = {
    taskIds,
    lastOf: (column) => columns[column] as Float64Array,
    task(taskId) {
      const known = numbers.get(taskId);
      if (known !== undefined) return known;
      const number = taskIds.push(taskId) - 1;
      numbers.set(taskId, number);
      if (number >= capacity) grow();
      return number;
    },
    lastTimesMs: () => columns[COLUMN_COUNT] as Float64Array,
    order: [],
    layout: undefined,
    still: new Map(),
    idsOf(numbers) {
      if (ids?.numbers !== numbers)
        ids = { numbers, taskIds: numbers.map((number) => taskIds[number] ?? '') };
      return ids.taskIds;
    },
    tickMs: 0,
    tickTasks: [],
    newColumn(column, rows, value = 0) {
      const known = isReused ? slots[slot]?.get(column) : undefined;
      if (known?.length === rows) return known.fill(value);
      const made = newColumn(rows, value);
      if (isReused) slots[slot]?.set(column, made);
      return made;
    },
    nextBlock: () => void (slot = 1 - slot),
    reset() {
      numbers.clear();
      taskIds.length = 0;
      columns.forEach((column) => column.fill(NaN));
      ids = undefined;
      state.still.clear();
      Object.assign(state, { order: [], layout: undefined, tickMs: 0, tickTasks: [] });
    },
  };
  return state;
}
