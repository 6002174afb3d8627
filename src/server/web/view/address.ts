import { hashOf, parseRoute, type Route } from '../logic/route.ts';
import { FIRST_SELECTION, type Selection } from '../logic/select-rows.ts';
import { readSelection, withSelection } from '../logic/selection-query.ts';

/** The address of the page holds what it shows, so that a link shows the same. */
export interface Address {
  readonly selection: () => Selection;
  /** Shows something else, and writes it into the address. Back leads to what was shown before; words of a filter are one step. */
  readonly change: (more: Partial<Selection>) => void;
  /** The address of the tasks with another selection. */
  readonly hashWith: (more: Partial<Selection>) => string;
  /** Reads the address. One without a selection, such as a link to a task, keeps the present one. */
  readonly follow: () => Route;
}

/** What an entry of the browser's history keeps: the selection, also where the address has none. */
interface EntryState {
  readonly query: string;
}

export function createAddress(redraw: () => void): Address {
  let selection = FIRST_SELECTION;
  let query = new URLSearchParams();
  const write = (route: Route, isStep = false): void => {
    const next = withSelection(query, selection);
    const hash = hashOf({ ...route, query: next });
    const state: EntryState = { query: next.toString() };
    const isBare = hash === '#/' && location.hash === '';
    const address = `${location.pathname}${isBare ? '' : hash}`;
    if (isStep && hash !== location.hash && !isBare) history.pushState(state, '', address);
    else history.replaceState(state, '', address);
  };
  return {
    selection: () => selection,
    change(more) {
      const before = selection.text;
      selection = { ...selection, ...more };
      // Words are typed letter by letter: only the first one and their removal are steps.
      const isTyping = before !== selection.text && before !== '' && selection.text !== '';
      write(parseRoute(location.hash), !isTyping);
      redraw();
    },
    hashWith: (more) =>
      hashOf({ page: 'tasks', query: withSelection(new URLSearchParams(), { ...selection, ...more }) }),
    follow() {
      const route = parseRoute(location.hash);
      if (route.page !== 'tasks' || route.token !== undefined) return route;
      const entry = history.state as EntryState | null;
      const known = entry === null ? route.query : new URLSearchParams(entry.query);
      if (known !== undefined) {
        query = known;
        selection = readSelection(query);
      }
      write(route);
      return route;
    },
  };
}
