/** Rows of values with their times, the latest `capacity` of them. */
export interface HistoryRing {
  /** Adds a row; one that is not later than the last is ignored. A value that was not measured is NaN. */
  append(timeMs: number, row: readonly number[]): void;
  readonly length: number;
  /** Memory of the ring as it is now. */
  readonly bytes: number;
  /**
   * Calls back for each row from `sinceMs` on, or all, oldest first, with a function that returns the nth value of the
   * row.
   */
  forEach(visit: (timeMs: number, valueAt: (index: number) => number) => void, sinceMs?: number): void;
}

const FIRST_ROWS = 32;

/**
 * A ring of 32-bit floats (seven digits, enough for a chart) that starts small: a short task never pays for a whole
 * day, and a value that is never measured costs nothing.
 */
export function createHistoryRing(width: number, capacity: number): HistoryRing {
  let rows = Math.min(FIRST_ROWS, capacity);
  let times = new Float64Array(rows);
  /** By the place of the value in a row; undefined until it was measured once. */
  const columns = Array.from({ length: width }, (): Float32Array | undefined => undefined);
  let first = 0;
  let length = 0;

  const grow = (): void => {
    rows = Math.min(rows * 2, capacity);
    const moreTimes = new Float64Array(rows);
    // It only ever wraps around at full capacity, so the rows still lie in order here.
    moreTimes.set(times);
    times = moreTimes;
    columns.forEach((column, index) => {
      if (column === undefined) return;
      const more = new Float32Array(rows);
      more.set(column);
      columns[index] = more;
    });
  };
  const write = (index: number, place: number, value: number): void => {
    if (columns[index] === undefined && Number.isNaN(value)) return;
    const column = (columns[index] ??= new Float32Array(rows).fill(NaN));
    column[place] = value;
  };

  return {
    append(timeMs, row) {
      const last = length === 0 ? -Infinity : (times[(first + length - 1) % rows] ?? -Infinity);
      if (timeMs <= last) return;
      if (length === rows && rows < capacity) grow();
      if (length === rows) first = (first + 1) % rows;
      else length += 1;
      const place = (first + length - 1) % rows;
      times[place] = timeMs;
      for (let index = 0; index < width; index += 1) write(index, place, row[index] ?? NaN);
    },
    get length() {
      return length;
    },
    get bytes() {
      return columns.reduce((sum, column) => sum + (column?.byteLength ?? 0), times.byteLength);
    },
    forEach(visit, sinceMs = -Infinity) {
      for (let n = 0; n < length; n += 1) {
        const place = (first + n) % rows;
        if ((times[place] ?? NaN) < sinceMs) continue;
        visit(times[place] ?? NaN, (index) => columns[index]?.[place] ?? NaN);
      }
    },
  };
}
