import { createHistoryRing, type HistoryRing } from './history-ring.ts';

/** The duration and resolution of the history. */
export interface HistorySpan {
  readonly stepMs: number;
  readonly rows: number;
}

/** An hour at 5 s, a day at 2 min: 720 rows each, about what a chart has pixels for. */
export const FINE: HistorySpan = { stepMs: 5_000, rows: 720 };
export const COARSE: HistorySpan = { stepMs: 120_000, rows: 720 };

export type Resolution = 'fine' | 'coarse';

/** How the values of many fine rows are combined into one coarse row. */
export type Gather = 'mean' | 'max';

/** The same values twice: as they arrived, and aggregated over the coarse step. */
export interface TwoRings {
  append(timeMs: number, row: readonly number[]): void;
  ring(resolution: Resolution): HistoryRing;
  readonly bytes: number;
}

export function createTwoRings(gathers: readonly Gather[], fine = FINE, coarse = COARSE): TwoRings {
  const rings = {
    fine: createHistoryRing(gathers.length, fine.rows),
    coarse: createHistoryRing(gathers.length, coarse.rows),
  };
  const counts = new Float64Array(gathers.length);
  const gathered = new Float64Array(gathers.length).fill(NaN);
  let step = NaN;

  const flush = (): void => {
    const row = gathers.map((how, index) =>
      how === 'mean' ? (gathered[index] ?? NaN) / (counts[index] ?? 0) : (gathered[index] ?? NaN),
    );
    rings.coarse.append((step + 0.5) * coarse.stepMs, row);
    counts.fill(0);
    gathered.fill(NaN);
  };
  const gather = (row: readonly number[]): void =>
    gathers.forEach((how, index) => {
      const value = row[index] ?? NaN;
      if (Number.isNaN(value)) return;
      const before = gathered[index] ?? NaN;
      const isFirst = Number.isNaN(before);
      counts[index] = (counts[index] ?? 0) + 1;
      if (how === 'mean') gathered[index] = isFirst ? value : before + value;
      else gathered[index] = isFirst ? value : Math.max(before, value);
    });

  return {
    append(timeMs, row) {
      const now = Math.floor(timeMs / coarse.stepMs);
      if (now !== step && !Number.isNaN(step)) flush();
      step = now;
      rings.fine.append(timeMs, row);
      gather(row);
    },
    ring: (resolution) => rings[resolution],
    get bytes() {
      return rings.fine.bytes + rings.coarse.bytes;
    },
  };
}
