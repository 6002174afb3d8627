import { COLUMNS, type ColumnKey } from '../logic/table-columns.ts';
import { rowWindow } from '../logic/row-window.ts';
import { FIRST_SELECTION, selectRows, sortedBy, type Selection } from '../logic/select-rows.ts';
import type { Store } from '../logic/store.ts';
import type { TaskRow } from '../logic/task-row.ts';
import { h, setAttribute, setText } from './dom.ts';
import { createRowView, type RowView } from './table-row.ts';
import { createToolbar } from './toolbar.ts';

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
  let rows: readonly TaskRow[] = [];
  let openId: string | undefined;
  const views = new Map<string, RowView>();
  const change = (more: Partial<Selection>): void => {
    selection = { ...selection, ...more };
    redraw();
  };
  const toolbar = createToolbar(selection, change);
  const heads = COLUMNS.map((column) =>
    createHead(column.key, () => change(sortedBy(selection, column.key))),
  );
  const canvas = h('div', { class: 'canvas', role: 'rowgroup' });
  const scroller = h('div', { class: 'scroller', role: 'presentation' }, canvas);
  const headRow = h('div', { class: 'head', role: 'row', 'aria-rowindex': '1' });
  headRow.append(...heads.map(({ element }) => element));
  const headGroup = h('div', { role: 'rowgroup' }, headRow);
  const table = h('div', { class: 'table', role: 'table', 'aria-label': 'Tasks' }, headGroup, scroller);
  const empty = h('p', { class: 'empty', hidden: true });
  parent.append(toolbar.element, table, empty);

  const place = (nowMs: number): void => {
    const rowPx = Number.parseFloat(getComputedStyle(parent).getPropertyValue('--row'));
    canvas.style.height = `${rows.length * rowPx}px`;
    const window_ = visible(canvas, scroller, rowPx, rows.length);
    const shown = rows.slice(window_.first, window_.end);
    const ids = new Set(shown.map(({ id }) => id));
    for (const [id, { element, link }] of views) {
      // The row with the focus stays, or the focus would be lost while scrolling.
      if (ids.has(id) || (link === document.activeElement && store.row(id) !== undefined)) continue;
      element.remove();
      views.delete(id);
    }
    shown.forEach((row, n) => {
      const view = views.get(row.id) ?? createRowView(row.id);
      if (!views.has(row.id)) canvas.append(view.element);
      views.set(row.id, view);
      view.update(row, { index: window_.first + n, rowPx, nowMs, isOpen: row.id === openId });
    });
  };
  const focusIndex = (index: number): void => {
    const row = rows[index];
    if (row === undefined) return;
    const rowPx = canvas.offsetHeight / rows.length;
    const top = index * rowPx;
    if (top < scroller.scrollTop) scroller.scrollTop = top;
    if (top + rowPx > scroller.scrollTop + scroller.clientHeight) {
      scroller.scrollTop = top + rowPx - scroller.clientHeight;
    }
    place(Date.now());
    views.get(row.id)?.link.focus();
  };
  canvas.addEventListener('keydown', (event) => {
    const step = STEPS[event.key];
    if (step === undefined) return;
    const now = rows.findIndex(({ id }) => views.get(id)?.link === document.activeElement);
    event.preventDefault();
    focusIndex(Math.min(rows.length - 1, Math.max(0, now + step)));
  });
  const onScroll = (): void => {
    requestAnimationFrame(() => place(Date.now()));
  };
  scroller.addEventListener('scroll', onScroll, { passive: true });
  window.addEventListener('scroll', onScroll, { passive: true });
  window.addEventListener('resize', onScroll, { passive: true });

  return {
    update(nowMs) {
      const all = store.rows();
      rows = selectRows(all, selection, nowMs);
      heads.forEach(({ mark }) => mark(selection));
      toolbar.update(selection, { shown: rows.length, all: all.length });
      setAttribute(table, 'aria-rowcount', String(rows.length + 1));
      empty.hidden = rows.length > 0;
      table.hidden = rows.length === 0;
      setText(empty, all.length === 0 ? 'No tasks yet.' : 'No task matches the filter.');
      place(nowMs);
    },
    setOpen(taskId) {
      openId = taskId;
    },
    focusFilter: toolbar.focus,
    focusRow(taskId) {
      const index = rows.findIndex(({ id }) => id === taskId);
      if (index === -1) parent.focus();
      else focusIndex(index);
    },
  };
}

const STEPS: Readonly<Partial<Record<string, number>>> = {
  ArrowDown: 1,
  ArrowUp: -1,
  PageDown: 10,
  PageUp: -10,
};

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

/** On a phone the page scrolls, elsewhere the table does: what both let through can be seen. */
function visible(canvas: HTMLElement, scroller: HTMLElement, rowPx: number, count: number) {
  const { top } = canvas.getBoundingClientRect();
  const view = scroller.getBoundingClientRect();
  return rowWindow({
    topPx: Math.max(view.top, 0) - top,
    bottomPx: Math.min(view.bottom, window.innerHeight) - top,
    rowPx,
    count,
  });
}
