import type { Store } from '../logic/store.ts';
import type { TableItem } from '../logic/table-items.ts';
import type { TaskRow } from '../logic/task-row.ts';
import { createRowCanvas, type RowCanvas } from './row-canvas.ts';

/** The rows of the table, with a focus that keys move. Only the rows that can be seen are in the document. */
export interface VisibleRows extends Pick<RowCanvas, 'element' | 'show'> {
  /** Moves the focus by so many tasks; from outside the table to the first one. */
  readonly moveFocus: (step: number) => void;
  /** False when there is no row of this task. */
  readonly focusTask: (taskId: string) => boolean;
}

/** Keys that move the focus, by how many rows. */
const STEPS: Readonly<Partial<Record<string, number>>> = {
  ArrowDown: 1,
  ArrowUp: -1,
  PageDown: 10,
  PageUp: -10,
};

/** `parent` is the element whose style says how high a row is. */
export function createVisibleRows(
  parent: HTMLElement,
  store: Store,
  onUnfold: (row: TaskRow) => void,
): VisibleRows {
  let items: readonly TableItem[] = [];
  const { element, canvas, show, reveal, linkOf } = createRowCanvas(parent, store, onUnfold);
  const focusIndex = (index: number): void => {
    const item = items[index];
    if (item === undefined) return;
    // The head of a group comes into view with its first task.
    if (items[index - 1]?.kind === 'group') reveal(index - 1);
    reveal(index);
    linkOf(item)?.focus();
  };
  const moveFocus = (step: number): void => {
    const tasks = items.flatMap((item, index) => (item.kind === 'task' ? [index] : []));
    const isFocused = (index: number): boolean => {
      const item = items[index];
      return item !== undefined && linkOf(item) === document.activeElement;
    };
    const now = tasks.findIndex(isFocused);
    const next = now === -1 ? 0 : Math.min(tasks.length - 1, Math.max(0, now + step));
    focusIndex(tasks[next] ?? -1);
  };
  canvas.addEventListener('keydown', (event) => {
    const step = STEPS[event.key];
    if (step === undefined) return;
    event.preventDefault();
    moveFocus(step);
  });

  return {
    element,
    show(next, drawing) {
      items = next;
      show(next, drawing);
    },
    moveFocus,
    focusTask(taskId) {
      const index = items.findIndex((item) => item.kind === 'task' && item.row.id === taskId);
      focusIndex(index);
      return index !== -1;
    },
  };
}
