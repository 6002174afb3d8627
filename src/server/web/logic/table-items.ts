import { foldLoops } from './fold-loops.ts';
import { groupRows, type GroupKey } from './group-rows.ts';
import type { TaskRow } from './task-row.ts';

/** One line of the table: the head of a group, or a task. */
export type TableItem =
  | { readonly kind: 'group'; readonly title: string; readonly rows: readonly TaskRow[] }
  | { readonly kind: 'task'; readonly row: TaskRow; readonly hidden: number };

/** The lines of the table, from rows that are filtered and sorted. */
export function tableItems(
  rows: readonly TaskRow[],
  { group, unfolded }: { readonly group: GroupKey; readonly unfolded: ReadonlySet<string> },
): readonly TableItem[] {
  const tasksOf = (some: readonly TaskRow[]): readonly TableItem[] =>
    foldLoops(some, unfolded).map(({ row, hidden }) => ({ kind: 'task', row, hidden }));
  if (group === 'none') return tasksOf(rows);
  return groupRows(rows, group).flatMap((one): readonly TableItem[] => [
    { kind: 'group', ...one },
    ...tasksOf(one.rows),
  ]);
}
