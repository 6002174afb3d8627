import { GROUPINGS } from '../logic/group-rows.ts';
import { COLUMNS } from '../logic/table-columns.ts';
import { STATE_FILTERS, type OverviewView, type Selection, type StateFilter } from '../logic/select-rows.ts';
import { h, setText } from './dom.ts';
import { segments } from './segments.ts';

/** What chooses, orders and groups the tasks. */
export interface Toolbar {
  readonly element: HTMLElement;
  update(selection: Selection, counts: { readonly shown: number; readonly all: number }): void;
  readonly focus: () => void;
}

const STATES: Readonly<Record<StateFilter, string>> = {
  all: 'All',
  running: 'Active',
  exited: 'Exited',
  alerts: 'Alerts',
};
const VIEWS: readonly (readonly [OverviewView, string])[] = [
  ['table', 'Table'],
  ['map', 'Map'],
];

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
    STATE_FILTERS.map((state) => [state, STATES[state]] as const),
    first.state,
    (state) => change({ state }),
  );
  const view = segments('View', VIEWS, first.view, (next) => change({ view: next }));
  const sort = choice('Sort by', 'sort-by', COLUMNS, ({ key, isNumber = false }) =>
    change({ sortBy: key, descending: isNumber }),
  );
  const group = choice('Group by', 'group-by', GROUPINGS, ({ key }) => change({ group: key }));
  const title = h('h2', { id: 'tasks-title' }, 'Tasks ', count);
  const element = h('header', {}, title, states.element, group, sort, view.element, filter);
  return {
    element,
    update(selection, { shown, all }) {
      setText(count, shown === all ? String(all) : `${shown} of ${all}`);
      element.classList.toggle('is-map', selection.view === 'map');
      states.set(selection.state);
      view.set(selection.view);
      if (sort.value !== selection.sortBy) sort.value = selection.sortBy;
      if (group.value !== selection.group) group.value = selection.group;
      if (filter.value !== selection.text) filter.value = selection.text;
    },
    focus: () => {
      filter.focus();
      filter.select();
    },
  };
}

interface Choice {
  readonly key: string;
  readonly title: string;
}

function choice<One extends Choice>(
  label: string,
  kind: string,
  choices: readonly One[],
  onChange: (chosen: One) => void,
): HTMLSelectElement {
  const select = h('select', {
    class: kind,
    'aria-label': label,
    title: label,
    change() {
      const chosen = choices.find(({ key }) => key === select.value);
      if (chosen !== undefined) onChange(chosen);
    },
  });
  select.append(...choices.map(({ key, title }) => h('option', { value: key }, title)));
  return select;
}
