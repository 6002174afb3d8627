import { COLUMNS } from '../logic/table-columns.ts';
import { STATE_FILTERS, type Selection, type StateFilter } from '../logic/select-rows.ts';
import { h, setText } from './dom.ts';
import { segments } from './segments.ts';

/** What chooses and orders the rows of the table. */
export interface Toolbar {
  readonly element: HTMLElement;
  update(selection: Selection, counts: { readonly shown: number; readonly all: number }): void;
  readonly focus: () => void;
}

const TITLES: Readonly<Record<StateFilter, string>> = {
  all: 'All',
  running: 'Active',
  exited: 'Exited',
  alerts: 'Alerts',
};

export function createToolbar(first: Selection, change: (more: Partial<Selection>) => void): Toolbar {
  const count = h('span', { class: 'count' });
  const filter = h('input', {
    type: 'search',
    class: 'field',
    placeholder: 'Filter  /',
    'aria-label': 'Filter tasks',
    autocomplete: 'off',
    spellcheck: 'false',
    input: () => change({ text: filter.value }),
  });
  const states = segments(
    'State',
    STATE_FILTERS.map((state) => [state, TITLES[state]] as const),
    first.state,
    (state) => change({ state }),
  );
  const sort = h('select', {
    class: 'sort-by',
    'aria-label': 'Sort by',
    change: () => {
      const column = COLUMNS.find(({ key }) => key === sort.value);
      if (column !== undefined) change({ sortBy: column.key, descending: column.isNumber === true });
    },
  });
  sort.append(...COLUMNS.map(({ key, title }) => h('option', { value: key }, title)));
  const title = h('h2', { id: 'tasks-title' }, 'Tasks ', count);
  return {
    element: h('header', {}, title, states.element, filter, sort),
    update({ sortBy }, { shown, all }) {
      setText(count, shown === all ? String(all) : `${shown} of ${all}`);
      if (sort.value !== sortBy) sort.value = sortBy;
    },
    focus: () => filter.focus(),
  };
}
