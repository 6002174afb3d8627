import { printable } from '../model/printable.ts';
import type { Colour, Paint } from './cli-output.ts';

export interface Column<Row> {
  readonly title: string;
  /** Plain text; the table escapes control characters. */
  readonly value: (row: Row) => string;
  /** Numbers are right-aligned. */
  readonly align?: 'left' | 'right';
  /** Colours the padded cell. */
  readonly colour?: (cell: string, row: Row) => string;
}

const GAP = '  ';

/** A name, its value, and the colour of the value. */
export type Pair = readonly [string, string, Colour?];

/** Rows below their titles, each column as wide as its longest cell. */
export function table<Row>(rows: readonly Row[], columns: readonly Column<Row>[], paint: Paint): string {
  const cells = rows.map((row) => columns.map(({ value }) => printable(value(row))));
  const widths = columns.map(({ title }, i) =>
    cells.reduce((most, row) => Math.max(most, row[i]?.length ?? 0), title.length),
  );
  const titles = columns.map(({ title, align }, i) => pad(title, widths[i], align));
  const body = rows.map((row, at) =>
    joined(
      columns.map(({ align, colour }, i) => {
        const padded = pad(cells[at]?.[i] ?? '', widths[i], align);
        return colour === undefined ? padded : colour(padded, row);
      }),
    ),
  );
  return [paint('bold', joined(titles)), ...body].join('\n');
}

/** `key  value` lines, the values below each other. */
export function pairs(entries: readonly Pair[], paint: Paint): string {
  const keys = entries.map(([key]) => printable(key));
  const width = Math.max(...keys.map((key) => key.length));
  const lines = entries.map(([, value, colour], i) => {
    const text = printable(value);
    return `${paint('bold', (keys[i] ?? '').padEnd(width))}${GAP}${colour === undefined ? text : paint(colour, text)}`;
  });
  return lines.join('\n');
}

function pad(text: string, width = 0, align: 'left' | 'right' = 'left'): string {
  return align === 'right' ? text.padStart(width) : text.padEnd(width);
}

function joined(cells: readonly string[]): string {
  return cells.join(GAP).trimEnd();
}
