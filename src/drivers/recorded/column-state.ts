import { COLUMN_COUNT } from './metric-columns.ts';
import type { RowLayout } from './row-layout.ts';

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
  readonly still: Map<number, Float64Array>;
  /** The ids of tasks with these numbers: the same list for the same numbers. */
  idsOf(numbers: readonly number[]): readonly string[];
  /** Time and tasks of the last tick. */
  tickMs: number;
  tickTasks: readonly number[];
}

export function createColumnState(): ColumnState {
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
  return {
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
  };
}
