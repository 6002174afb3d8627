import type { ShownLine } from '../logic/log-buffer.ts';
import { isShown, type LogFilter } from '../logic/log-search.ts';
import { h } from './dom.ts';
import { logLine } from './log-line.ts';

/** The lines in the document. */
export interface LogRows {
  readonly element: HTMLElement;
  /** Draws what is new or different. Returns how many lines are shown. */
  draw(lines: readonly ShownLine[], filter: LogFilter): number;
  /** Stays at the end while lines come in. */
  readonly setFollowing: (isFollowing: boolean) => void;
  /** The first piece of each match, in order. */
  readonly matches: () => readonly HTMLElement[];
}

interface Row {
  readonly line: ShownLine;
  readonly element: HTMLElement;
}

/** @param onScroll the user has left the end, or has come back to it */
export function createLogRows(onScroll: (isAtEnd: boolean) => void): LogRows {
  const element = h('div', {
    class: 'log',
    tabindex: '0',
    role: 'log',
    'aria-label': 'Log',
    'aria-live': 'off',
  });
  let rows = new Map<number, Row>();
  let drawnSearch: RegExp | undefined;
  let isFollowing = true;
  let lastTop = 0;
  const isAtEnd = (): boolean => element.scrollTop + element.clientHeight >= element.scrollHeight - 4;
  const toEnd = (): void => {
    if (isFollowing) element.scrollTop = element.scrollHeight;
  };
  element.addEventListener('scroll', () => {
    const isUp = element.scrollTop < lastTop;
    lastTop = element.scrollTop;
    if (isAtEnd()) onScroll(true);
    else if (isUp) onScroll(false);
  });
  // What is drawn above or below, and a new width of wrapped lines, leave the end where it is.
  new ResizeObserver(toEnd).observe(element);
  const rowOf = (line: ShownLine, search: RegExp | undefined, isSameSearch: boolean): Row => {
    const known = rows.get(line.number);
    if (known?.line === line && isSameSearch) return known;
    const row = { line, element: logLine(line, search) };
    known?.element.replaceWith(row.element);
    return row;
  };
  return {
    element,
    draw(lines, filter) {
      const next = new Map<number, Row>();
      const { search } = filter;
      const isSameSearch = String(search) === String(drawnSearch);
      for (const line of lines)
        if (isShown(line, filter)) next.set(line.number, rowOf(line, search, isSameSearch));
      for (const [number, row] of rows) if (!next.has(number)) row.element.remove();
      place(
        element,
        [...next.values()].map((row) => row.element),
      );
      rows = next;
      drawnSearch = search;
      toEnd();
      return next.size;
    },
    setFollowing(next) {
      isFollowing = next;
      toEnd();
    },
    matches: () => [...element.querySelectorAll('mark')].filter((mark) => !continuesMatch(mark)),
  };
}

/** Puts children in order and moves none that stands where it belongs. */
function place(parent: HTMLElement, children: readonly HTMLElement[]): void {
  let at = parent.firstElementChild;
  const added = document.createDocumentFragment();
  for (const child of children) {
    if (child === at) at = at.nextElementSibling;
    else if (at === null) added.append(child);
    else parent.insertBefore(child, at);
  }
  parent.append(added);
}

function continuesMatch(mark: HTMLElement): boolean {
  const before = mark.previousElementSibling;
  return before instanceof HTMLElement && before.dataset['match'] === mark.dataset['match'];
}
