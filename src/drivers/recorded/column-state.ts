import { COLUMN_COUNT } from './metric-columns.ts';

/** What one block continues from the block before: the tasks of the group, and the last value of each column. */
export interface ColumnState {
  readonly taskIds: string[];
  /** The last value of a column of a task; NaN when there was none. */
  last(column: number, task: number): number;
  setLast(column: number, task: number, value: number): void;
  /** The number of a task, which is added when it is new. */
  task(taskId: string): number;
  lastTimeMs(task: number): number;
  setLastTime(task: number, timeMs: number): void;
  /** The columns of a block, in order; empty before the first block. */
  order: readonly number[];
  /** Time and tasks of the last tick. */
  tickMs: number;
  tickTasks: readonly number[];
}

export function createColumnState(): ColumnState {
  const numbers = new Map<string, number>();
  const taskIds: string[] = [];
  let capacity = 16;
  let columns = Array.from({ length: COLUMN_COUNT + 1 }, () => new Float64Array(capacity).fill(NaN));
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
    last: (column, task) => columns[column]?.[task] ?? NaN,
    setLast(column, task, value) {
      (columns[column] as Float64Array)[task] = value;
    },
    task(taskId) {
      const known = numbers.get(taskId);
      if (known !== undefined) return known;
      const number = taskIds.push(taskId) - 1;
      numbers.set(taskId, number);
      if (number >= capacity) grow();
      return number;
    },
    lastTimeMs: (task) => columns[COLUMN_COUNT]?.[task] ?? NaN,
    setLastTime(task, timeMs) {
      (columns[COLUMN_COUNT] as Float64Array)[task] = timeMs;
    },
    order: [],
    tickMs: 0,
    tickTasks: [],
  };
}
