import type { GroupKey } from './group-rows.ts';
import { COLUMNS, type ColumnKey } from './table-columns.ts';
import { isProblem } from './problem-rank.ts';
import type { TaskRow } from './task-row.ts';

export const STATE_FILTERS = ['all', 'running', 'exited', 'alerts'] as const;
export type StateFilter = (typeof STATE_FILTERS)[number];

/** A table, or a map of cells whose colour shows how busy each task is. */
export const VIEWS = ['table', 'map'] as const;
export type OverviewView = (typeof VIEWS)[number];

/** Which tasks are shown, in which order, and how. */
export interface Selection {
  /** Words that all have to occur, in any letter case. */
  readonly text: string;
  readonly state: StateFilter;
  readonly sortBy: ColumnKey;
  readonly descending: boolean;
  /** Undefined: the usual one, see `usualGroup`. */
  readonly group: GroupKey | undefined;
  /** Only the tasks of this host of a fleet. */
  readonly host: string | undefined;
  readonly view: OverviewView;
}

/** Problems first. */
export const FIRST_SELECTION: Selection = {
  text: '',
  state: 'all',
  sortBy: 'state',
  descending: false,
  group: undefined,
  host: undefined,
  view: 'table',
};

export function selectRows(
  rows: readonly TaskRow[],
  { text, state, sortBy, descending, host }: Selection,
  nowMs: number,
): readonly TaskRow[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const column = COLUMNS.find(({ key }) => key === sortBy);
  const keyed = rows
    .filter((row) => (host === undefined || row.status.host === host) && hasState(row, state))
    .filter((row) => hasWords(row, words))
    .map((row) => ({ row, value: column?.value(row, nowMs) }));
  keyed.sort((a, b) => compare(a.value, b.value, descending) || compareNames(a.row, b.row));
  return keyed.map(({ row }) => row);
}

/** The selection after a click on the head of a column: numbers begin with the largest. */
export function sortedBy(selection: Selection, sortBy: ColumnKey): Selection {
  const isNumber = COLUMNS.find(({ key }) => key === sortBy)?.isNumber === true;
  const descending = selection.sortBy === sortBy ? !selection.descending : isNumber;
  return { ...selection, sortBy, descending };
}

export function hasState(row: TaskRow, state: StateFilter): boolean {
  const { status } = row;
  if (state === 'all') return true;
  if (state === 'alerts') return isProblem(row);
  return state === 'exited' ? status.state === 'exited' : status.state !== 'exited';
}

function hasWords({ status }: TaskRow, words: readonly string[]): boolean {
  if (words.length === 0) return true;
  const { id, name, image, phase, allocId = '', jobName = '', podId = '' } = status;
  const all = [id, name, image, phase, allocId, jobName, podId].join('\n').toLowerCase();
  return words.every((word) => all.includes(word));
}

type Value = string | number | undefined;

function compare(a: Value, b: Value, descending: boolean): number {
  if (a === undefined || b === undefined) return Number(a === undefined) - Number(b === undefined);
  const order = typeof a === 'number' && typeof b === 'number' ? a - b : compareText(String(a), String(b));
  return descending ? -order : order;
}

function compareNames({ status: a }: TaskRow, { status: b }: TaskRow): number {
  return compareText(a.name, b.name) || compareText(a.id, b.id);
}

const collator = new Intl.Collator('en', { numeric: true });

/** web-2 before web-10. */
function compareText(a: string, b: string): number {
  return collator.compare(a, b);
}
