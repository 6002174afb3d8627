import type { Row } from './cgroup-row.ts';

/** Rows of many tasks, all of the same length, in a few large arrays. */
export interface Rows {
  /** A row without measurements. */
  take(): Row;
  giveBack(row: Row): void;
}

const ROWS_A_PAGE = 64;

export function createRows(length: number): Rows {
  const free: Row[] = [];
  return {
    take() {
      if (free.length === 0) {
        const page = new Float64Array(ROWS_A_PAGE * length);
        for (let row = ROWS_A_PAGE - 1; row >= 0; row -= 1) free.push({ page, base: row * length });
      }
      const row = free.pop() as Row;
      row.page.fill(NaN, row.base, row.base + length);
      return row;
    },
    giveBack: (row) => void free.push(row),
  };
}
