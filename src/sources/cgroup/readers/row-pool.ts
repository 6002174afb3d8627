import { ROW_LENGTH, type Row } from './cgroup-row.ts';

/** Rows of many tasks, in a few large arrays. */
export interface Rows {
  /** A row without measurements. */
  take(): Row;
  giveBack(row: Row): void;
}

const ROWS_A_PAGE = 64;

export function createRows(): Rows {
  const free: Row[] = [];
  return {
    take() {
      if (free.length === 0) {
        const page = new Float64Array(ROWS_A_PAGE * ROW_LENGTH);
        for (let row = ROWS_A_PAGE - 1; row >= 0; row -= 1) free.push({ page, base: row * ROW_LENGTH });
      }
      const row = free.pop() as Row;
      row.page.fill(NaN, row.base, row.base + ROW_LENGTH);
      return row;
    },
    giveBack: (row) => void free.push(row),
  };
}
