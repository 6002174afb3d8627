import type { SparkScales } from '../logic/spark-scales.ts';
import type { TableItem } from '../logic/table-items.ts';
import type { TaskRow } from '../logic/task-row.ts';
import { createGroupView } from './group-row.ts';
import { createRowView } from './table-row.ts';

/** What all rows are drawn with. */
export interface RowDrawing {
  readonly nowMs: number;
  readonly scales: SparkScales;
  readonly openId: string | undefined;
  readonly unfolded: (row: TaskRow) => boolean;
}

/** One line of the table in the document. */
export interface ItemView {
  readonly element: HTMLElement;
  /** Where the focus goes; the head of a group has none. */
  readonly link?: HTMLElement;
  readonly taskId?: string;
  update(item: TableItem, drawing: RowDrawing, timeMs: number): void;
}

/** The same for the same line of another drawing. */
export function itemKey(item: TableItem): string {
  return item.kind === 'group' ? `group ${item.title}` : `task ${item.row.id}`;
}

export function createItemView(item: TableItem, onUnfold: (row: TaskRow) => void): ItemView {
  if (item.kind === 'group') {
    const { element, update } = createGroupView();
    return {
      element,
      update: (next, { nowMs }) => {
        if (next.kind === 'group') update(next, nowMs);
      },
    };
  }
  const { element, link, update } = createRowView(item.row.id, onUnfold);
  return {
    element,
    link,
    taskId: item.row.id,
    update(next, { nowMs, scales, openId, unfolded }, timeMs) {
      if (next.kind === 'group') return;
      const { row, hidden } = next;
      update(row, { nowMs, timeMs, scales, hidden, isOpen: row.id === openId, isUnfolded: unfolded(row) });
    },
  };
}
