import { h, setAttribute, setText } from './dom.ts';

/** The search of a log: marks matches, steps through them, and shows their lines only if that is wanted. */
export interface LogSearch {
  readonly element: HTMLElement;
  readonly query: () => string;
  readonly onlyMatches: () => boolean;
  /** Shows how many matches there are now. */
  readonly show: () => void;
}

/** @param matches what is marked, in order */
export function createLogSearch(matches: () => readonly HTMLElement[], redraw: () => void): LogSearch {
  let current = -1;
  let isOnly = false;
  const count = h('span', { class: 'matches', role: 'status' });
  const input = h('input', {
    type: 'search',
    class: 'field',
    placeholder: 'Search, or /regular expression/',
    title: 'Enter: next match, Shift+Enter: previous match',
    'aria-label': 'Search the log',
    autocomplete: 'off',
    spellcheck: 'false',
    input() {
      current = -1;
      redraw();
    },
    keydown(event) {
      if (!(event instanceof KeyboardEvent) || event.key !== 'Enter') return;
      event.preventDefault();
      step(event.shiftKey ? -1 : 1);
    },
  });
  const only = h(
    'button',
    {
      type: 'button',
      'aria-pressed': 'false',
      title: 'Show only lines with a match',
      click() {
        isOnly = !isOnly;
        setAttribute(only, 'aria-pressed', String(isOnly));
        redraw();
      },
    },
    'Matches only',
  );
  const show = (): void => {
    const all = matches();
    const { length } = all;
    all.forEach((mark, index) => mark.classList.toggle('current', index === current));
    if (current >= 0 && length > 0) setText(count, `${Math.min(current, length - 1) + 1} of ${length}`);
    else if (input.value === '') setText(count, '');
    else setText(count, length === 1 ? '1 match' : `${length} matches`);
  };
  const step = (by: number): void => {
    const all = matches();
    if (all.length === 0) return;
    // The first step goes to the newest match: that is where a log is being read.
    current = current < 0 ? all.length - 1 : (current + by + all.length) % all.length;
    all[current]?.scrollIntoView({ block: 'center' });
    show();
  };
  return {
    element: h('div', { class: 'log-search' }, input, count, only),
    query: () => input.value,
    onlyMatches: () => isOnly,
    show,
  };
}
