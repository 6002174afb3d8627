import { GROUPINGS } from './group-rows.ts';
import { FIRST_SELECTION, STATE_FILTERS, VIEWS, type Selection } from './select-rows.ts';
import { COLUMNS } from './table-columns.ts';

/** The names of a selection in the address. */
const NAMES = {
  text: 'q',
  state: 'state',
  sort: 'sort',
  group: 'group',
  host: 'host',
  view: 'view',
} as const;

/** Writes what differs from the first selection; names that are not its own stay. */
export function withSelection(query: URLSearchParams, selection: Selection): URLSearchParams {
  const next = new URLSearchParams(query);
  const first = FIRST_SELECTION;
  const set = (name: string, value: string, usual: string): void => {
    if (value === usual) next.delete(name);
    else next.set(name, value);
  };
  set(NAMES.text, selection.text, first.text);
  set(NAMES.state, selection.state, first.state);
  set(NAMES.sort, sortText(selection), sortText(first));
  set(NAMES.group, selection.group ?? '', '');
  set(NAMES.host, selection.host ?? '', '');
  set(NAMES.view, selection.view, first.view);
  return next;
}

/** What is missing or not known is that of the first selection. */
export function readSelection(query: URLSearchParams): Selection {
  const first = FIRST_SELECTION;
  const sort = query.get(NAMES.sort) ?? sortText(first);
  const descending = sort.startsWith('-');
  const column = COLUMNS.find(({ key }) => key === sort.replace('-', ''));
  return {
    text: query.get(NAMES.text) ?? first.text,
    state: STATE_FILTERS.find((known) => known === query.get(NAMES.state)) ?? first.state,
    ...(column === undefined
      ? { sortBy: first.sortBy, descending: first.descending }
      : { sortBy: column.key, descending }),
    group: GROUPINGS.find(({ key }) => key === query.get(NAMES.group))?.key ?? first.group,
    host: (query.get(NAMES.host) ?? '') || first.host,
    view: VIEWS.find((known) => known === query.get(NAMES.view)) ?? first.view,
  };
}

function sortText({ sortBy, descending }: Selection): string {
  return `${descending ? '-' : ''}${sortBy}`;
}
