import { GROUPINGS, type GroupKey } from '../logic/group-rows.ts';
import { COLUMNS } from '../logic/table-columns.ts';
import { STATE_FILTERS, type OverviewView, type Selection, type StateFilter } from '../logic/select-rows.ts';
import { h, setAttribute, setText } from './dom.ts';
import { segments } from './segments.ts';

/** What chooses, orders and groups the tasks. */
export interface Toolbar {
  readonly element: HTMLElement;
  update(selection: Selection, shown: Shown): void;
  readonly focus: () => void;
}

interface Shown {
  /** How many tasks are shown, and how many there are. */
  readonly shown: number;
  readonly all: number;
  readonly group: GroupKey;
  /** The grouping where none is chosen. */
  readonly usual: GroupKey;
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
  const group = createGroupChoice(change);
  const host = createHostChip(change);
  const title = h('h2', { id: 'tasks-title' }, 'Tasks ', count);
  const element = h(
    'header',
    {},
    title,
    host.element,
    states.element,
    group.element,
    sort,
    view.element,
    filter,
  );
  return {
    element,
    update(selection, { shown, all, group: grouped, usual }) {
      setText(count, shown === all ? String(all) : `${shown} of ${all}`);
      element.classList.toggle('is-map', selection.view === 'map');
      states.set(selection.state);
      view.set(selection.view);
      if (sort.value !== selection.sortBy) sort.value = selection.sortBy;
      group.update(grouped, usual);
      host.update(selection.host);
      if (filter.value !== selection.text) filter.value = selection.text;
    },
    focus: () => {
      filter.focus();
      filter.select();
    },
  };
}

/** The grouping by host is offered where tasks have one. */
function createGroupChoice(change: (more: Partial<Selection>) => void): {
  readonly element: HTMLElement;
  update(group: GroupKey, usual: GroupKey): void;
} {
  let usually: GroupKey = 'none';
  const select = choice('Group by', 'group-by', GROUPINGS, ({ key }) =>
    change({ group: key === usually ? undefined : key }),
  );
  const byHost = [...select.options].find(({ value }) => value === 'host');
  return {
    element: select,
    update(group, usual) {
      usually = usual;
      const isOffered = usual === 'host';
      if (byHost !== undefined && byHost.isConnected !== isOffered) {
        if (isOffered) select.add(byHost, 1);
        else byHost.remove();
      }
      if (select.value !== group) select.value = group;
    },
  };
}

/** Says that only the tasks of one host are shown; a click shows all of them again. */
function createHostChip(change: (more: Partial<Selection>) => void): {
  readonly element: HTMLElement;
  update(host: string | undefined): void;
} {
  const name = h('span');
  const element = h(
    'button',
    { type: 'button', class: 'chip', hidden: true, click: () => change({ host: undefined }) },
    name,
    h('span', { 'aria-hidden': 'true' }, ' ✕'),
  );
  setAttribute(element, 'title', 'Show the tasks of all hosts');
  return {
    element,
    update(host) {
      element.hidden = host === undefined;
      setText(name, `Only ${host ?? ''}`);
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
