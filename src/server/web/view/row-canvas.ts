import { rowWindow } from '../logic/row-window.ts';
import type { Store } from '../logic/store.ts';
import type { TableItem } from '../logic/table-items.ts';
import type { TaskRow } from '../logic/task-row.ts';
import { h, setAttribute } from './dom.ts';
import { createItemView, itemKey, type ItemView, type RowDrawing } from './item-view.ts';

/** The lines of the table that can be seen, at their places in a box that scrolls. */
export interface RowCanvas {
  readonly element: HTMLElement;
  readonly canvas: HTMLElement;
  readonly show: (items: readonly TableItem[], drawing: RowDrawing) => void;
  /** Scrolls to a line and draws it. */
  readonly reveal: (index: number) => void;
  readonly linkOf: (item: TableItem) => HTMLElement | undefined;
}

/** `parent` is the element whose style says how high a row is. */
export function createRowCanvas(
  parent: HTMLElement,
  store: Store,
  onUnfold: (row: TaskRow) => void,
): RowCanvas {
  let items: readonly TableItem[] = [];
  let drawing: RowDrawing | undefined;
  const views = new Map<string, ItemView>();
  const canvas = h('div', { class: 'canvas', role: 'rowgroup' });
  const scroller = h('div', { class: 'scroller', role: 'presentation' }, canvas);

  const removeAllBut = (keys: ReadonlySet<string>): void => {
    for (const [key, { element, link, taskId = '' }] of views) {
      // The row with the focus stays, or the focus would be lost while scrolling.
      const hasFocus = link !== undefined && link === document.activeElement;
      if (keys.has(key) || (hasFocus && store.row(taskId) !== undefined)) continue;
      element.remove();
      views.delete(key);
    }
  };
  const draw = (): void => {
    if (drawing === undefined || scroller.offsetParent === null) return;
    const rowPx = Number.parseFloat(getComputedStyle(parent).getPropertyValue('--row'));
    canvas.style.height = `${items.length * rowPx}px`;
    const { first, end } = visible(canvas, scroller, rowPx, items.length);
    const shown = items.slice(first, end);
    removeAllBut(new Set(shown.map(itemKey)));
    for (const [n, item] of shown.entries()) {
      const key = itemKey(item);
      const view = views.get(key) ?? createItemView(item, onUnfold);
      if (!views.has(key)) canvas.append(view.element);
      views.set(key, view);
      view.element.style.transform = `translateY(${(first + n) * rowPx}px)`;
      // The head is row 1.
      setAttribute(view.element, 'aria-rowindex', String(first + n + 2));
      view.update(item, drawing, store.timeMs());
    }
  };
  onViewChange(scroller, draw);

  return {
    element: scroller,
    canvas,
    show(next, how) {
      items = next;
      drawing = how;
      draw();
    },
    reveal(index) {
      scrollTo(scroller, index, canvas.offsetHeight / items.length);
      draw();
    },
    linkOf: (item) => views.get(itemKey(item))?.link,
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
