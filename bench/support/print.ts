import { keepsBar, type Row } from './question.ts';

/** Prints a table of medians with their ranges, ratios and bars. */
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
      `  ${what.padEnd(44)} ${measured.padEnd(24)} ${between.padEnd(16)} ${ratioText(row).padEnd(36)} ${barText(row)}`.trimEnd(),
    );
  }
}

export function ratioText({ ratio, ratioTo = '' }: Row): string {
  return ratio === undefined ? '' : `${value(ratio)} × ${ratioTo}`;
}

/** The bar, and by how much it is missed. */
export function barText(row: Row): string {
  const { bar, ratio, median } = row;
  if (bar === undefined) return '';
  const sign = 'atMost' in bar ? '≤' : '≥';
  const limit = 'atMost' in bar ? bar.atMost : bar.atLeast;
  const text = `${sign} ${value(limit)}${ratio === undefined ? '' : ' ×'}`;
  if (keepsBar(row) === true) return text;
  const by = Math.abs((ratio ?? median) / limit - 1) * 100;
  return `${text}, missed by ${limit === 0 ? value(ratio ?? median) : `${by.toFixed(0)} %`}`;
}

/** Three digits that count. */
export function value(value: number): string {
  if (!Number.isFinite(value)) return '–';
  return Math.abs(value) >= 100 ? value.toFixed(0) : String(Number(value.toPrecision(3)));
}
