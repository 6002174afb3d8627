import { COLUMNS, type ColumnKey } from '../logic/table-columns.ts';
import { FIRST_SELECTION, selectRows, sortedBy, type Selection } from '../logic/select-rows.ts';
import type { Store } from '../logic/store.ts';
import { h, setAttribute, setText } from './dom.ts';
import { createToolbar } from './toolbar.ts';
import { createVisibleRows } from './visible-rows.ts';

/** The table of all tasks. Only the rows that can be seen are there. */
export interface TableView {
  update(nowMs: number): void;
  setOpen(taskId: string | undefined): void;
  focusFilter(): void;
  /** Puts the focus on a task's row, or on the table when the task is gone. */
  focusRow(taskId: string): void;
}

export function createTable(parent: HTMLElement, store: Store, redraw: () => void): TableView {
  let selection: Selection = FIRST_SELECTION;
  const change = (more: Partial<Selection>): void => {
    selection = { ...selection, ...more };
    redraw();
  };
  const toolbar = createToolbar(selection, change);
  const heads = COLUMNS.map((column) =>
    createHead(column.key, () => change(sortedBy(selection, column.key))),
  );
  const headRow = h('div', { class: 'head', role: 'row', 'aria-rowindex': '1' });
  headRow.append(...heads.map(({ element }) => element));
  const headGroup = h('div', { role: 'rowgroup' }, headRow);
  const visibleRows = createVisibleRows(parent, store);
  const label = { class: 'table', role: 'table', 'aria-label': 'Tasks' };
  const table = h('div', label, headGroup, visibleRows.element);
  const empty = h('p', { class: 'empty', hidden: true });
  parent.append(toolbar.element, table, empty);

  return {
    update(nowMs) {
      const all = store.rows();
      const rows = selectRows(all, selection, nowMs);
      heads.forEach(({ mark }) => mark(selection));
      toolbar.update(selection, { shown: rows.length, all: all.length });
      setAttribute(table, 'aria-rowcount', String(rows.length + 1));
      empty.hidden = rows.length > 0;
      table.hidden = rows.length === 0;
      setText(empty, all.length === 0 ? 'No tasks yet.' : 'No task matches the filter.');
      visibleRows.show(rows, nowMs);
    },
    setOpen: visibleRows.setOpen,
    focusFilter: toolbar.focus,
    focusRow(taskId) {
      if (!visibleRows.focusTask(taskId)) parent.focus();
    },
  };
}

function createHead(key: ColumnKey, onClick: () => void) {
  const column = COLUMNS.find((one) => one.key === key);
  const button = h('button', { type: 'button', click: onClick }, column?.title ?? '');
  if (column?.unit !== undefined) button.append(h('span', { class: 'unit' }, column.unit));
  const kind = column?.isNumber === true ? `${key} is-number` : key;
  const element = h('div', { role: 'columnheader', class: kind, 'aria-sort': 'none' }, button);
  const mark = ({ sortBy, descending }: Selection): void => {
    const order = descending ? 'descending' : 'ascending';
    setAttribute(element, 'aria-sort', sortBy === key ? order : 'none');
  };
  return { element, mark };
}
