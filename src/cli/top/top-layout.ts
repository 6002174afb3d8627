import { COLUMNS, type Column } from './top-columns.ts';
import type { TopTask } from './top-data.ts';

/** A column with its width. */
export interface Placed {
  readonly column: Column;
  readonly width: number;
}

export const GAP = 1;

/** Selects the columns that fit into a width, and distributes the remaining width among those that can use it. */
export function layoutColumns(width: number, tasks: readonly TopTask[]): readonly Placed[] {
  let columns = COLUMNS.filter(({ isWanted }) => isWanted === undefined || isWanted(tasks));
  while (columns.length > 1 && leastWidth(columns) > width)
    columns = columns.filter((one) => !isFirstToGo(one, columns));
  let spare = Math.max(0, width - leastWidth(columns));
  const widths = new Map<Column, number>();
  const byRank = [...columns].sort((a, b) => a.rank - b.rank);
  for (const column of byRank) {
    const more = Math.min(spare, Math.max(0, column.most(tasks) - column.least));
    widths.set(column, column.least + more);
    spare -= more;
  }
  return columns.map((column) => ({ column, width: widths.get(column) ?? column.least }));
}

function leastWidth(columns: readonly Column[]): number {
  return columns.reduce((sum, { least }) => sum + least + GAP, -GAP);
}

function isFirstToGo(column: Column, columns: readonly Column[]): boolean {
  return column.rank === Math.max(...columns.map(({ rank }) => rank));
}
