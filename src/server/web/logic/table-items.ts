import type { Connection } from '../../../model/driver-connection.ts';
import type { FleetHost } from '../../../model/fleet-host.ts';
import { foldLoops } from './fold-loops.ts';
import { groupRows, type GroupKey } from './group-rows.ts';
import type { TaskRow } from './task-row.ts';

/** One line of the table: the head of a group, or a task. */
export type TableItem =
  | {
      readonly kind: 'group';
      readonly title: string;
      readonly rows: readonly TaskRow[];
      /** Of the host, where tasks are grouped by hosts. */
      readonly connection: Connection | undefined;
    }
  | { readonly kind: 'task'; readonly row: TaskRow; readonly hidden: number };

export interface TableItemOptions {
  readonly group: GroupKey;
  readonly hosts: readonly FleetHost[];
  readonly unfolded: ReadonlySet<string>;
}

/** The lines of the table, from rows that are filtered and sorted. */
export function tableItems(
  rows: readonly TaskRow[],
  { group, hosts, unfolded }: TableItemOptions,
): readonly TableItem[] {
  const tasksOf = (some: readonly TaskRow[]): readonly TableItem[] =>
    foldLoops(some, unfolded).map(({ row, hidden }) => ({ kind: 'task', row, hidden }));
  const connectionOf = (title: string): Connection | undefined =>
    group === 'host' ? hosts.find(({ host }) => host === title)?.connection : undefined;
  if (group === 'none') return tasksOf(rows);
  return groupRows(rows, group).flatMap((one): readonly TableItem[] => [
    { kind: 'group', ...one, connection: connectionOf(one.title) },
    ...tasksOf(one.rows),
  ]);
}
