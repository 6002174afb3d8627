import { printable } from '../model/printable.ts';
import type { Colour, Paint } from './cli-output.ts';
import { fit, padTo, widthOf } from './text-width.ts';

export interface Column<Row> {
  readonly title: string;
  /** Plain text; the table escapes control characters. */
  readonly value: (row: Row) => string;
  /** Numbers are right-aligned. */
  readonly align?: 'left' | 'right';
  /** Colours the padded cell. */
  readonly colour?: (cell: string, row: Row) => string;
  /** Where the table is wider than the terminal, cells are cut down to this width. Never cut without it. */
  readonly min?: number;
  /** Left out where the table is still too wide; of several the last first. */
  readonly isOptional?: boolean;
}

const GAP = '  ';

/** A name, its value, and the colour of the value. */
export type Pair = readonly [string, string, Colour?];

/**
 * Rows below their titles, each column as wide as its longest cell.
 *
 * @param columnsOfTerminal cuts cells, and leaves out columns, until the table fits
 */
export function table<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  paint: Paint,
  columnsOfTerminal = Number.POSITIVE_INFINITY,
): string {
  const cellsOf = ({ value }: Column<Row>): readonly string[] => rows.map((row) => printable(value(row)));
  const all = columns.map((column) => ({ column, cells: cellsOf(column) }));
  const natural = all.map(({ column: { title }, cells }) => Math.max(...[title, ...cells].map(widthOf)));
  const widths = fitted(columns, natural, columnsOfTerminal);
  const shown = all.flatMap((one, i) => (widths[i] === undefined ? [] : [{ ...one, width: widths[i] }]));
  const titles = shown.map(({ column: { title, align }, width }) => padTo(title, width, align));
  const body = rows.map((row, at) =>
    joined(
      shown.map(({ column: { align, colour }, cells, width }) => {
        const padded = fit(cells[at] ?? '', width, align);
        return colour === undefined ? padded : colour(padded, row);
      }),
    ),
  );
  return [paint('bold', joined(titles)), ...body].join('\n');
}

/** The width of each column; undefined for one that is left out. */
function fitted<Row>(
  columns: readonly Column<Row>[],
  natural: readonly number[],
  limit: number,
): readonly (number | undefined)[] {
  const widths: (number | undefined)[] = [...natural];
  const least = columns.map(({ title, min }, i) =>
    Math.min(natural[i] ?? 0, Math.max(min ?? Infinity, widthOf(title))),
  );
  const total = (of: readonly (number | undefined)[]): number =>
    of.reduce<number>((sum, width) => (width === undefined ? sum : sum + width + GAP.length), -GAP.length);
  // What would be too wide even when all is cut is left out before anything is.
  for (let i = columns.length - 1; i >= 0; i -= 1) {
    if (total(least.map((width, at) => (widths[at] === undefined ? undefined : width))) <= limit) break;
    if (columns[i]?.isOptional === true) widths[i] = undefined;
  }
  for (let over = total(widths) - limit; over > 0; over -= 1) {
    const spare = widths.map((width, i) => (width === undefined || width <= (least[i] ?? 0) ? 0 : width));
    const widest = Math.max(...spare);
    if (widest === 0) break;
    widths[spare.indexOf(widest)] = widest - 1;
  }
  return widths;
}

/** `key  value` lines, the values below each other. */
export function pairs(entries: readonly Pair[], paint: Paint): string {
  const keys = entries.map(([key]) => printable(key));
  const width = Math.max(...keys.map(widthOf));
  const lines = entries.map(([, value, colour], i) => {
    const text = printable(value);
    return `${paint('bold', padTo(keys[i] ?? '', width))}${GAP}${colour === undefined ? text : paint(colour, text)}`;
  });
  return lines.join('\n');
}

function joined(cells: readonly string[]): string {
  return cells.join(GAP).trimEnd();
}
