import { keepsThreshold, type Row } from './benchmark.ts';

/** Prints a table of medians with their ranges, ratios and thresholds. */
export function printAnswer({
  name,
  asks,
  rows,
}: {
  name: string;
  asks: string;
  rows: readonly Row[];
}): void {
  console.log(`\n${name}: ${asks}`);
  for (const row of rows) {
    const { what, median, unit, range } = row;
    const between = range === undefined ? '' : `(${value(range[0])}–${value(range[1])})`;
    const measured = `${value(median).padStart(8)} ${unit}`;
    console.log(
      `  ${what.padEnd(44)} ${measured.padEnd(24)} ${between.padEnd(16)} ${ratioText(row).padEnd(36)} ${thresholdText(row)}`.trimEnd(),
    );
  }
}

export function ratioText({ ratio, ratioTo = '' }: Row): string {
  return ratio === undefined ? '' : `${value(ratio)} × ${ratioTo}`;
}

/** The threshold, and by how much it is missed. */
export function thresholdText(row: Row): string {
  const { threshold, ratio, median } = row;
  if (threshold === undefined) return '';
  const sign = 'atMost' in threshold ? '≤' : '≥';
  const limit = 'atMost' in threshold ? threshold.atMost : threshold.atLeast;
  const text = `${sign} ${value(limit)}${ratio === undefined ? '' : ' ×'}`;
  if (keepsThreshold(row) === true) return text;
  const by = Math.abs((ratio ?? median) / limit - 1) * 100;
  return `${text}, missed by ${limit === 0 ? value(ratio ?? median) : `${by.toFixed(0)} %`}`;
}

/** Three digits that count. */
export function value(value: number): string {
  if (!Number.isFinite(value)) return '–';
  return Math.abs(value) >= 100 ? value.toFixed(0) : String(Number(value.toPrecision(3)));
}
