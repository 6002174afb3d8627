import { imageText } from './table-columns.ts';
import { countProblems } from './problem-rank.ts';
import type { TaskRow } from './task-row.ts';

export type GroupKey = 'none' | 'host' | 'job' | 'image' | 'state';

/** One way to group the table. */
export interface Grouping {
  readonly key: GroupKey;
  readonly title: string;
  /** The group of a task. */
  readonly of: (row: TaskRow) => string;
}

export const GROUPINGS: readonly Grouping[] = [
  { key: 'none', title: 'No groups', of: () => '' },
  { key: 'host', title: 'Host', of: ({ status }) => status.host ?? 'No host' },
  { key: 'job', title: 'Job', of: ({ status }) => status.jobName ?? 'No job' },
  { key: 'image', title: 'Image', of: ({ status }) => imageText(status.image) },
  { key: 'state', title: 'State', of: ({ status }) => status.phase },
];

/** The grouping where none was chosen: that by host where tasks have one. */
export function usualGroup(rows: readonly TaskRow[]): GroupKey {
  return rows.some(({ status }) => status.host !== undefined) ? 'host' : 'none';
}

/** The grouping that is shown: without hosts there is none by host, whatever an address says. */
export function shownGroup(chosen: GroupKey | undefined, usual: GroupKey): GroupKey {
  return chosen === undefined || (chosen === 'host' && usual === 'none') ? usual : chosen;
}

/** The rows of one group, in their order. */
export interface RowGroup {
  readonly title: string;
  readonly rows: readonly TaskRow[];
}

/** In the order of the first row of each: the group of the most urgent or the largest task comes first. */
export function groupRows(rows: readonly TaskRow[], key: GroupKey): readonly RowGroup[] {
  const grouping = GROUPINGS.find((one) => one.key === key);
  const groups = new Map<string, TaskRow[]>();
  for (const row of rows) {
    const title = grouping?.of(row) ?? '';
    const known = groups.get(title);
    if (known === undefined) groups.set(title, [row]);
    else known.push(row);
  }
  return [...groups].map(([title, members]) => ({ title, rows: members }));
}

/** What the head of a group says. */
export interface GroupTotals {
  readonly tasks: number;
  readonly problems: number;
  readonly cpuCores: number | undefined;
  readonly memoryBytes: number | undefined;
}

export function groupTotals(rows: readonly TaskRow[]): GroupTotals {
  const sum = (value: (row: TaskRow) => number | undefined): number | undefined =>
    rows.reduce<number | undefined>((before, row) => {
      const next = value(row);
      return next === undefined ? before : (before ?? 0) + next;
    }, undefined);
  return {
    tasks: rows.length,
    problems: countProblems(rows),
    cpuCores: sum((row) => row.cpuCores()),
    memoryBytes: sum((row) => row.memoryBytes()),
  };
}
