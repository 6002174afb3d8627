import { hashOf, parseRoute, type Route } from '../logic/route.ts';
import { FIRST_SELECTION, type Selection } from '../logic/select-rows.ts';
import { readSelection, withSelection } from '../logic/selection-query.ts';

/** The address of the page holds what it shows, so that a link shows the same. */
export interface Address {
  readonly selection: () => Selection;
  /** Shows something else, and writes it into the address; the browser's history gets no entry. */
  readonly change: (more: Partial<Selection>) => void;
  /** The address of the tasks with another selection. */
  readonly hashWith: (more: Partial<Selection>) => string;
  /** Reads the address. One without a selection, such as a link to a task, keeps the present one. */
  readonly follow: () => Route;
}

export function createAddress(redraw: () => void): Address {
  let selection = FIRST_SELECTION;
  let query = new URLSearchParams();
  const write = (route: Route): void => {
    const hash = hashOf({ ...route, query: withSelection(query, selection) });
    if (hash === location.hash || (hash === '#/' && location.hash === '')) return;
    history.replaceState(null, '', `${location.pathname}${hash}`);
  };
  return {
    selection: () => selection,
    change(more) {
      selection = { ...selection, ...more };
      write(parseRoute(location.hash));
      redraw();
    },
    hashWith: (more) =>
      hashOf({ page: 'tasks', query: withSelection(new URLSearchParams(), { ...selection, ...more }) }),
    follow() {
      const route = parseRoute(location.hash);
      if (route.page !== 'tasks' || route.token !== undefined) return route;
      if (route.query !== undefined) {
        ({ query } = route);
        selection = readSelection(query);
      }
      write(route);
      return route;
    },
  };
}
