import type { Paint } from './output.ts';

export interface Column<Row> {
  readonly title: string;
  readonly value: (row: Row) => string;
  /** Figures stand at the right. */
  readonly align?: 'left' | 'right';
  /** Colours the padded cell. */
  readonly colour?: (cell: string, row: Row) => string;
}

const GAP = '  ';

/** Rows below their titles, each column as wide as its longest cell. */
export function table<Row>(rows: readonly Row[], columns: readonly Column<Row>[], paint: Paint): string {
  const widths = columns.map(({ title, value }) =>
    Math.max(title.length, ...rows.map((row) => value(row).length)),
  );
  const titles = columns.map(({ title, align }, i) => pad(title, widths[i], align));
  const body = rows.map((row) => joined(columns.map((column, i) => cell(column, row, widths[i]))));
  return [paint('bold', joined(titles)), ...body].join('\n');
}

/** `key  value` lines, the values below each other. */
export function pairs(entries: readonly (readonly [string, string])[], paint: Paint): string {
  const width = Math.max(...entries.map(([key]) => key.length));
  return entries.map(([key, value]) => `${paint('bold', key.padEnd(width))}${GAP}${value}`).join('\n');
}

function cell<Row>({ value, align, colour }: Column<Row>, row: Row, width: number | undefined): string {
  const padded = pad(value(row), width, align);
  return colour === undefined ? padded : colour(padded, row);
}

function pad(text: string, width = 0, align: 'left' | 'right' = 'left'): string {
  return align === 'right' ? text.padStart(width) : text.padEnd(width);
}

function joined(cells: readonly string[]): string {
  return cells.join(GAP).trimEnd();
}
