/** The values of a column of a block, by row; NaN where there is none. */
export type Column = Float64Array;

export function newColumn(rows: number, value = 0): Column {
  return new Float64Array(rows).fill(value);
}

/** The rows of a block: those of one task follow each other, in the order of time. */
export interface RowPlan {
  readonly rows: number;
  /** The number of each task that has rows. */
  readonly tasks: Uint32Array;
  /** For each of these tasks its first row; at last the number of rows. */
  readonly starts: Uint32Array;
  /** For each row the time of its sample, once the first column is known. */
  readonly timesMs: Column;
}

/** Where the values of the ticks of a block are. It holds no values, so blocks with the same tasks share it. */
export interface RowLayout extends Omit<RowPlan, 'timesMs'> {
  /** The numbers of the tasks of each tick. */
  readonly numbers: readonly (readonly number[])[];
  /** For each tick the rows of its tasks. */
  readonly rowsOfTicks: readonly Uint32Array[];
}

/** The rows of one task follow each other: their values differ least. */
export function layoutOf(numbers: readonly (readonly number[])[]): RowLayout {
  const counts = new Map<number, number>();
  for (const own of numbers) for (const task of own) counts.set(task, (counts.get(task) ?? 0) + 1);
  const tasks = Uint32Array.from(counts.keys());
  const starts = new Uint32Array(tasks.length + 1);
  const next = new Map<number, number>();
  let rows = 0;
  tasks.forEach((task, index) => {
    starts[index] = rows;
    next.set(task, rows);
    rows += counts.get(task) ?? 0;
  });
  starts[tasks.length] = rows;
  const rowsOfTicks = numbers.map((own) =>
    Uint32Array.from(own, (task) => {
      const row = next.get(task) ?? 0;
      next.set(task, row + 1);
      return row;
    }),
  );
  return { rows, tasks, starts, numbers, rowsOfTicks };
}

/** Whether it is the layout of these ticks; lists that are equal but not the same do not count. */
export function fits(
  layout: RowLayout | undefined,
  numbers: readonly (readonly number[])[],
): layout is RowLayout {
  return (
    layout?.numbers.length === numbers.length && numbers.every((own, tick) => own === layout.numbers[tick])
  );
}

export function planOf({ rows, tasks, starts }: RowLayout, timesMs = newColumn(rows, NaN)): RowPlan {
  return { rows, tasks, starts, timesMs };
}
