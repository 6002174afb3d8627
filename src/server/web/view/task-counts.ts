import { countProblems } from '../logic/problem-rank.ts';
import { ALERTS_HASH } from '../logic/route.ts';
import type { StateFilter } from '../logic/select-rows.ts';
import type { Store } from '../logic/store.ts';
import { h, setAttribute, setText } from './dom.ts';

/** The address of the table with only the tasks of a state. */
export type CountLinks = (state: StateFilter) => string;

/** The tile that counts tasks; each count leads to what it counts. */
export function createTaskCounts(
  store: Store,
  links: CountLinks,
): { readonly element: HTMLElement; update(): void } {
  const all = h('a', { class: 'value' });
  const running = h('a', {});
  const exited = h('a', {});
  const alerts = h('a', { href: ALERTS_HASH });
  const note = h('div', { class: 'note' }, running, exited, alerts);
  const set = (link: HTMLElement, text: string, href: string): void => {
    setText(link, text);
    setAttribute(link, 'href', href);
  };
  return {
    element: h('div', { class: 'tile counts' }, h('h2', {}, 'Tasks'), all, note),
    update() {
      const totals = store.totals();
      const problems = countProblems(store.rows());
      set(all, String(totals.tasks), links('all'));
      setAttribute(all, 'aria-label', `${totals.tasks} tasks`);
      set(running, `${totals.running} running`, links('running'));
      set(exited, `${totals.exited} exited`, links('exited'));
      set(alerts, problems === 1 ? '1 alert' : `${problems} alerts`, ALERTS_HASH);
      alerts.classList.toggle('is-bad', problems > 0);
    },
  };
}
