import { printable, printableJson } from '../model/printable.ts';
import type { Output } from './cli-output.ts';
import { fieldsOf, parseTemplate } from '../model/go-template.ts';
import { table } from './text-table.ts';

/** How `--format` prints rows: each as a line, or all as a table. */
export type RowPrinter = (rows: readonly object[], output: Output) => void;

/**
 * Reads a `--format` of docker: `json` for an object a line, a template for a line a row, or `table TEMPLATE` for columns with
 * titles.
 *
 * @param fields the names of the fields of a row
 * @throws RKT_ERR_OPTIONS
 */
export function rowPrinter(format: string, fields: readonly string[]): RowPrinter {
  if (format === 'json')
    return (rows, output) =>
      rows.forEach((row) => output.print({}, () => printableJson(JSON.stringify(row))));
  if (!format.startsWith('table ')) {
    const template = parseTemplate(format, fields);
    return (rows, output) =>
      rows.forEach((row) =>
        output.print(row, () => template(row).split('\n').map(printableCells).join('\n')),
      );
  }
  const cells = format.slice('table '.length).replaceAll('\\t', '\t').split('\t');
  const columns = cells.map((cell) => {
    const template = parseTemplate(cell, fields);
    return { title: titleOf(cell), value: (row: object) => template(row), min: 8 };
  });
  return (rows, output) => output.print({}, () => table(rows, columns, output.paint, output.width));
}

/** Tabs of the template stay. */
function printableCells(line: string): string {
  return line.split('\t').map(printable).join('\t');
}

/** `CREATED AT` for `{{.CreatedAt}}`. */
function titleOf(cell: string): string {
  return fieldsOf(cell)
    .map((name) => name.replaceAll(/(?<=[a-z])(?=[A-Z])/g, ' ').toUpperCase())
    .join(' ');
}
