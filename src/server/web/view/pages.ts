import { countProblems } from '../logic/problem-rank.ts';
import { ALERTS_HASH, type Route } from '../logic/route.ts';
import type { Store } from '../logic/store.ts';
import { createAlertsPage } from './alerts-page.ts';
import { byId, setText } from './dom.ts';
import type { TableView } from './task-table.ts';

/** The tasks and the alerts, of which one is shown. */
export interface Pages {
  show(route: Route): void;
  update(nowMs: number): void;
  readonly toggle: () => void;
}

export function createPages(store: Store, table: TableView): Pages {
  const places = { tasks: byId('tasks-page'), alerts: byId('alerts') };
  const links = { tasks: byId('page-tasks'), alerts: byId('page-alerts') };
  const count = byId('alert-count');
  const alerts = createAlertsPage(places.alerts, store);
  let page: Route['page'] = 'tasks';
  return {
    show(route) {
      ({ page } = route);
      for (const name of ['tasks', 'alerts'] as const) {
        places[name].hidden = name !== page;
        if (name === page) links[name].setAttribute('aria-current', 'page');
        else links[name].removeAttribute('aria-current');
      }
      alerts.setRule(route.query?.get('rule') ?? undefined);
    },
    update(nowMs) {
      const problems = countProblems(store.rows());
      count.hidden = problems === 0;
      setText(count, String(problems));
      if (page === 'tasks') table.update(nowMs);
      else alerts.update(nowMs);
    },
    toggle() {
      location.hash = page === 'tasks' ? ALERTS_HASH : '#/';
    },
  };
}
