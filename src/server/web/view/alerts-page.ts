import { foldAlerts, LOOP_RULE, type AlertEntry } from '../logic/alert-log.ts';
import { ALERTS_HASH } from '../logic/route.ts';
import { matchersFor } from '../logic/silence-list.ts';
import type { Store } from '../logic/store.ts';
import { createAlertTable } from './alert-table.ts';
import { h } from './dom.ts';
import { createSilencesPanel } from './silences-panel.ts';

/** The alerts that stand, silences, and the alerts that have ended; each count leads to the alerts of its rule. */
export interface AlertsPage {
  update(nowMs: number): void;
  /** Shows the alerts of one rule alone. */
  setRule(rule: string | undefined): void;
}

export function createAlertsPage(parent: HTMLElement, store: Store): AlertsPage {
  let rule: string | undefined;
  const counts = h('nav', { class: 'counts', 'aria-label': 'Alerts by rule' });
  const silences = createSilencesPanel(store);
  const active = createAlertTable({
    title: 'Active',
    nothing: 'No alerts. All tasks are as they should be.',
    store,
    onSilence: (entry) => silences.create(matchersFor(entry)),
  });
  const ended = createAlertTable({
    title: 'History',
    nothing: 'No alert has ended since the agent keeps its history.',
    store,
  });
  const title = h('h2', { id: 'alerts-title' }, 'Alerts');
  parent.append(h('header', {}, title, counts), active.element, silences.element, ended.element);
  return {
    setRule: (next) => (rule = next),
    update(nowMs) {
      if (parent.hidden) return;
      const all = foldAlerts(store.alertLog.entries(), store.loops().values());
      const shown = all.filter((entry) => rule === undefined || entry.rule === rule);
      const isActive = ({ clearedMs }: AlertEntry): boolean => clearedMs === undefined;
      if (!counts.contains(document.activeElement)) counts.replaceChildren(...countLinks(all, rule));
      active.update(problemsFirst(shown.filter(isActive)), nowMs);
      ended.update(
        shown.filter((entry) => !isActive(entry)),
        nowMs,
      );
      silences.update(nowMs);
    },
  };
}

/** Alerts, then crash loops; the newest of each first. */
function problemsFirst(entries: readonly AlertEntry[]): readonly AlertEntry[] {
  const rank = (entry: AlertEntry): number => Number(entry.rule === LOOP_RULE);
  return [...entries].sort((a, b) => rank(a) - rank(b) || b.raisedMs - a.raisedMs);
}

function countLinks(all: readonly AlertEntry[], rule: string | undefined): readonly HTMLElement[] {
  const standing = new Map<string, number>();
  for (const entry of all) {
    const more = entry.clearedMs === undefined ? 1 : 0;
    standing.set(entry.rule, (standing.get(entry.rule) ?? 0) + more);
  }
  const total = [...standing.values()].reduce((sum, count) => sum + count, 0);
  return [[undefined, total] as const, ...standing].map(([name, count]) =>
    h(
      'a',
      {
        class: 'chip',
        href:
          name === undefined
            ? `${ALERTS_HASH}?`
            : `${ALERTS_HASH}?${new URLSearchParams({ rule: name }).toString()}`,
        ...(name === rule && { 'aria-current': 'true' }),
      },
      `${name ?? 'All'} `,
      h('span', { class: 'count' }, String(count)),
    ),
  );
}
