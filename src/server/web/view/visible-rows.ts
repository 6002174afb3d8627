import { rowWindow } from '../logic/row-window.ts';
import type { Store } from '../logic/store.ts';
import type { TaskRow } from '../logic/task-row.ts';
import { h } from './dom.ts';
import { createRowView, type RowView } from './table-row.ts';

/** The rows of the table, in a box that scrolls. Only the rows that can be seen are in the document. */
export interface VisibleRows {
  readonly element: HTMLElement;
  show(rows: readonly TaskRow[], nowMs: number): void;
  readonly setOpen: (taskId: string | undefined) => void;
  /** False when there is no row of this task. */
  focusTask(taskId: string): boolean;
}

/** Keys that move the focus, by how many rows. */
const STEPS: Readonly<Partial<Record<string, number>>> = {
  ArrowDown: 1,
  ArrowUp: -1,
  PageDown: 10,
  PageUp: -10,
};

/** `parent` is the element whose style says how high a row is. */
export function createVisibleRows(parent: HTMLElement, store: Store): VisibleRows {
  let rows: readonly TaskRow[] = [];
  let openId: string | undefined;
  const views = new Map<string, RowView>();
  const canvas = h('div', { class: 'canvas', role: 'rowgroup' });
  const scroller = h('div', { class: 'scroller', role: 'presentation' }, canvas);

  const draw = (nowMs: number): void => {
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
    scrollTo(scroller, index, canvas.offsetHeight / rows.length);
    draw(Date.now());
    views.get(row.id)?.link.focus();
  };
  canvas.addEventListener('keydown', (event) => {
    const step = STEPS[event.key];
    if (step === undefined) return;
    const now = rows.findIndex(({ id }) => views.get(id)?.link === document.activeElement);
    event.preventDefault();
    focusIndex(Math.min(rows.length - 1, Math.max(0, now + step)));
  });
  onViewChange(scroller, () => draw(Date.now()));

  return {
    element: scroller,
    show(next, nowMs) {
      rows = next;
      draw(nowMs);
    },
    setOpen: (taskId) => (openId = taskId),
    focusTask(taskId) {
      const index = rows.findIndex(({ id }) => id === taskId);
      focusIndex(index);
      return index !== -1;
    },
  };
}

function scrollTo(scroller: HTMLElement, index: number, rowPx: number): void {
  const top = index * rowPx;
  if (top < scroller.scrollTop) scroller.scrollTop = top;
  if (top + rowPx > scroller.scrollTop + scroller.clientHeight) {
    scroller.scrollTop = top + rowPx - scroller.clientHeight;
  }
}

/** Calls back once a frame while the table or the page is scrolled or resized. */
function onViewChange(scroller: HTMLElement, draw: () => void): void {
  const onScroll = (): void => {
    requestAnimationFrame(draw);
  };
  scroller.addEventListener('scroll', onScroll, { passive: true });
  window.addEventListener('scroll', onScroll, { passive: true });
  window.addEventListener('resize', onScroll, { passive: true });
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
