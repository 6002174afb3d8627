import { isAway } from './host-connection.ts';
import { SPARK_LENGTH, niceBytesTop, niceTop, type Spark } from './spark.ts';
import { identityOf } from './task-identity.ts';
import type { TaskRow } from './task-row.ts';

export type TopBy = 'cpu' | 'memory';

/** One band of the stacked chart; the last one may be all other tasks together. */
export interface TopBand {
  readonly taskId: string | undefined;
  readonly label: string;
  /** Distinguishes it from others of its name. */
  readonly detail: string;
  readonly value: number;
  /** The `d` of an SVG path: the area between the bands below and this one. */
  readonly area: string;
}

export interface TopChart {
  readonly bands: readonly TopBand[];
  /** What the upper edge stands for. */
  readonly top: number;
}

export interface TopOptions {
  readonly by: TopBy;
  readonly count: number;
  readonly width: number;
  readonly height: number;
  /** The right edge. */
  readonly nowMs: number;
}

/** The tasks that use most now, and how they came there in the last minutes, one upon the other. */
export function topTasks(rows: readonly TaskRow[], options: TopOptions): TopChart {
  const { by, count, nowMs } = options;
  const measured = rows
    .filter(({ connection }) => !isAway(connection))
    .map((row) => ({ row, value: by === 'cpu' ? row.cpuCores() : row.memoryBytes() }))
    .filter((entry): entry is { row: TaskRow; value: number } => entry.value !== undefined)
    .sort((a, b) => b.value - a.value);
  const sparkOf = (row: TaskRow): Spark => (by === 'cpu' ? row.cpuSpark : row.memorySpark);
  const shown = measured.slice(0, count);
  const rest = measured.slice(count);
  const bands = shown.map((entry) => ({
    taskId: entry.row.id,
    label: entry.row.status.name,
    detail: identityOf(entry.row.status).join(' · '),
    value: entry.value,
    values: sumOf([sparkOf(entry.row)], nowMs),
  }));
  const all =
    rest.length === 0
      ? bands
      : [
          ...bands,
          {
            taskId: undefined,
            label: `${rest.length} others`,
            detail: '',
            value: rest.reduce((sum, { value }) => sum + value, 0),
            values: sumOf(
              rest.map(({ row }) => sparkOf(row)),
              nowMs,
            ),
          },
        ];
  return stacked(all, options);
}

interface Stacking extends Omit<TopBand, 'area'> {
  readonly values: readonly number[];
}

function stacked(all: readonly Stacking[], { width, height, by }: TopOptions): TopChart {
  const length = SPARK_LENGTH;
  const sums = Array.from({ length }, (_, n) => all.reduce((sum, { values }) => sum + (values[n] ?? 0), 0));
  const peak = Math.max(...sums);
  const top = by === 'cpu' ? niceTop(peak, 0.01) : niceBytesTop(peak, 2 ** 20);
  const x = (n: number): string => ((n * width) / (length - 1)).toFixed(1);
  const y = (value: number): string => (height - (value / top) * height).toFixed(1);
  let below: readonly number[] = Array.from({ length }, () => 0);
  const bands = all.map(({ values, ...band }) => {
    const above = below.map((value, n) => value + (values[n] ?? 0));
    const upper = above.map((value, n) => `${x(n)} ${y(value)}`);
    const lower = below.map((value, n) => `${x(n)} ${y(value)}`).reverse();
    below = above;
    return { ...band, area: `M${upper.join('L')}L${lower.join('L')}Z` };
  });
  return { bands, top };
}

/** Step by step; what was not measured adds nothing to a stack. */
function sumOf(sparks: readonly Spark[], nowMs: number): readonly number[] {
  const sums = new Float64Array(SPARK_LENGTH);
  for (const spark of sparks) spark.addTo(sums, nowMs);
  return [...sums];
}
