import { COLUMNS, type ColumnKey } from './table-columns.ts';
import type { TaskRow } from './task-row.ts';

export const STATE_FILTERS = ['all', 'running', 'exited', 'alerts'] as const;
export type StateFilter = (typeof STATE_FILTERS)[number];

/** What the table shows, and in which order. */
export interface Selection {
  /** Words that all have to occur, in any letter case. */
  readonly text: string;
  readonly state: StateFilter;
  readonly sortBy: ColumnKey;
  readonly descending: boolean;
}

export const FIRST_SELECTION: Selection = { text: '', state: 'all', sortBy: 'name', descending: false };

export function selectRows(
  rows: readonly TaskRow[],
  { text, state, sortBy, descending }: Selection,
  nowMs: number,
): readonly TaskRow[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const column = COLUMNS.find(({ key }) => key === sortBy);
  const keyed = rows
    .filter((row) => hasState(row, state) && hasWords(row, words))
    .map((row) => ({ row, value: column?.value(row, nowMs) }));
  keyed.sort((a, b) => compare(a.value, b.value, descending) || compareText(a.row.id, b.row.id));
  return keyed.map(({ row }) => row);
}

/** The selection after a click on the head of a column: numbers begin with the largest. */
export function sortedBy(selection: Selection, sortBy: ColumnKey): Selection {
  const isNumber = COLUMNS.find(({ key }) => key === sortBy)?.isNumber === true;
  const descending = selection.sortBy === sortBy ? !selection.descending : isNumber;
  return { ...selection, sortBy, descending };
}

export function hasState({ status, alerts }: TaskRow, state: StateFilter): boolean {
  if (state === 'all') return true;
  if (state === 'alerts') return alerts.size > 0;
  return state === 'exited' ? status.state === 'exited' : status.state !== 'exited';
}

function hasWords({ status }: TaskRow, words: readonly string[]): boolean {
  if (words.length === 0) return true;
  const { id, name, image, phase, allocId = '', podId = '' } = status;
  const all = [id, name, image, phase, allocId, podId].join('\n').toLowerCase();
  return words.every((word) => all.includes(word));
}

type Value = string | number | undefined;

function compare(a: Value, b: Value, descending: boolean): number {
  if (a === undefined || b === undefined) return Number(a === undefined) - Number(b === undefined);
  const order = typeof a === 'number' && typeof b === 'number' ? a - b : compareText(String(a), String(b));
  return descending ? -order : order;
}

const collator = new Intl.Collator('en', { numeric: true });

/** web-2 before web-10. */
function compareText(a: string, b: string): number {
  return collator.compare(a, b);
}
