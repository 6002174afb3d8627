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

/** A line for each threshold: what was measured, and whether that keeps it or by how much it does not. */
export interface Judged {
  readonly name: string;
  readonly what: string;
  readonly threshold: string;
  readonly measured: string;
  readonly result: string;
}

export function judged(
  answers: readonly { readonly name: string; readonly rows: readonly Row[] }[],
): readonly Judged[] {
  return answers.flatMap(({ name, rows }) =>
    rows
      .filter(({ threshold }) => threshold !== undefined)
      .map((row): Judged => {
        const [threshold = '', missed = 'met'] = thresholdText(row).split(', ');
        const measured = row.ratio === undefined ? `${value(row.median)} ${row.unit}` : ratioText(row);
        return { name, what: row.what, threshold, measured, result: missed };
      }),
  );
}

/** Prints all thresholds as one table. */
export function printThresholds(lines: readonly Judged[]): void {
  const width = (of: (line: Judged) => string): number => Math.max(...lines.map((line) => of(line).length));
  const [name, what, threshold, measured] = [
    width((line) => line.name),
    width((line) => line.what),
    width((line) => line.threshold),
    width((line) => line.measured),
  ];
  const met = lines.filter(({ result }) => result === 'met').length;
  console.log(`\n${met} of ${lines.length} thresholds are met:`);
  for (const line of lines)
    console.log(
      `  ${line.name.padEnd(name)}  ${line.what.padEnd(what)}  ${line.threshold.padEnd(threshold)}  ${line.measured.padEnd(measured)}  ${line.result}`,
    );
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
