import { rowKey } from '../logic/fold-loops.ts';
import { shownGroup, usualGroup } from '../logic/group-rows.ts';
import { selectRows } from '../logic/select-rows.ts';
import { sparkScales } from '../logic/spark-scales.ts';
import type { Store } from '../logic/store.ts';
import { tableItems } from '../logic/table-items.ts';
import type { TaskRow } from '../logic/task-row.ts';
import type { Address } from './address.ts';
import { h, setAttribute } from './dom.ts';
import { createEmptyState } from './empty-state.ts';
import { createHeatMap } from './heat-map.ts';
import { createTableHead } from './table-head.ts';
import { createToolbar } from './toolbar.ts';
import { createVisibleRows } from './visible-rows.ts';

/** All tasks, as a table or as a map. */
export interface TableView {
  update(nowMs: number): void;
  setOpen(taskId: string | undefined): void;
  readonly focusFilter: () => void;
  /** Moves the focus by so many tasks. */
  readonly moveFocus: (step: number) => void;
  /** Puts the focus on a task, or on the panel when the task is gone. */
  focusRow(taskId: string): void;
}

export function createTable(
  parent: HTMLElement,
  {
    store,
    address,
    redraw,
  }: { readonly store: Store; readonly address: Address; readonly redraw: () => void },
): TableView {
  const unfolded = new Set<string>();
  let openId: string | undefined;
  const unfold = (row: TaskRow): void => {
    const key = rowKey(row);
    if (!unfolded.delete(key)) unfolded.add(key);
    redraw();
  };
  const toolbar = createToolbar(address.selection(), address.change);
  const head = createTableHead(address.change);
  const visibleRows = createVisibleRows(parent, store, unfold);
  const rows_ = h('div', { class: 'rows', role: 'presentation' }, visibleRows.element);
  const table = h('div', { class: 'table', role: 'table', 'aria-label': 'Tasks' }, head.element, rows_);
  const map = createHeatMap();
  const empty = createEmptyState(() => address.change({ text: '', host: undefined, state: 'all' }));
  parent.append(toolbar.element, table, map.element, empty.element);
  const shown = (): typeof map | typeof visibleRows =>
    address.selection().view === 'map' ? map : visibleRows;

  return {
    update(nowMs) {
      const selection = address.selection();
      const all = store.rows();
      const rows = selectRows(all, selection, nowMs);
      const scales = sparkScales(all, store.timeMs());
      const usual = usualGroup(all);
      const group = shownGroup(selection.group, usual);
      const items = tableItems(rows, { group, hosts: store.hosts(), unfolded });
      toolbar.update(selection, { shown: rows.length, all: all.length, group, usual });
      empty.update({ all: all.length, shown: rows.length, isKnown: store.isKnown() });
      const isMap = selection.view === 'map';
      table.hidden = isMap || rows.length === 0;
      map.element.hidden = !isMap || rows.length === 0;
      if (isMap) {
        map.show(items, { nowMs, scales, openId });
        return;
      }
      head.update(selection, scales);
      setAttribute(table, 'aria-rowcount', String(items.length + 1));
      visibleRows.show(items, { nowMs, scales, openId, unfolded: (row) => unfolded.has(rowKey(row)) });
    },
    setOpen: (taskId) => (openId = taskId),
    focusFilter: toolbar.focus,
    moveFocus: (step) => shown().moveFocus(step),
    focusRow(taskId) {
      if (!shown().focusTask(taskId)) parent.focus();
    },
  };
}
