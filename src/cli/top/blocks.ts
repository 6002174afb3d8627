const EIGHTHS = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
const FULL = '█';
const EMPTY = '░';

/** Values over time; undefined where nothing was measured. */
export type Series = readonly (number | undefined)[];

/**
 * The last values as one row of blocks, the newest at the right. The scale begins at 0 and ends at `max`, or at the
 * largest value if that is larger. Every value has a block; only gaps have none.
 */
export function sparkline(values: Series, width: number, max = 0): string {
  const shown = values.slice(-width);
  const top = Math.max(max, ...shown.map((value) => value ?? 0));
  const blocks = shown.map((value) => {
    if (value === undefined) return ' ';
    const level = top === 0 ? 1 : Math.ceil((value / top) * 8);
    return EIGHTHS[Math.min(8, Math.max(1, level))] ?? FULL;
  });
  return blocks.join('').padStart(width);
}

/** A horizontal bar that shows a part of a whole, 0 to 1. */
export function bar(ratio: number, width: number): string {
  const filled = Math.round(Math.min(1, Math.max(0, ratio)) * width);
  return FULL.repeat(filled) + EMPTY.repeat(width - filled);
}

/** The last values as columns of several rows, top row first; the scale begins at 0 and ends at `max`. */
export function chart(
  values: Series,
  { width, height, max }: { readonly width: number; readonly height: number; readonly max: number },
): readonly string[] {
  const levels = values.slice(-width).map((value) => eighths(value, max, height));
  return Array.from({ length: height }, (_, row) => {
    const below = (height - 1 - row) * 8;
    const cells = levels.map((level) => EIGHTHS[Math.min(8, Math.max(0, level - below))] ?? FULL);
    return cells.join('').padStart(width);
  });
}

/** The largest value of a series; 0 if there is none. */
export function largest(values: Series): number {
  return values.reduce<number>((most, value) => Math.max(most, value ?? 0), 0);
}

function eighths(value: number | undefined, max: number, height: number): number {
  if (value === undefined) return 0;
  return Math.max(1, Math.round((max === 0 ? 0 : value / max) * height * 8));
}
