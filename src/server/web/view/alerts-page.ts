import { foldAlerts, LOOP_RULE, type AlertEntry } from '../logic/alert-log.ts';
import { absoluteText, clockText, durationText } from '../logic/format.ts';
import { ALERTS_HASH, taskHash } from '../logic/route.ts';
import type { Store } from '../logic/store.ts';
import { identityOf, labelOfId } from '../logic/task-identity.ts';
import { h, setAttribute, setText } from './dom.ts';

/** The alerts that stand, and those that have ended; each count leads to the alerts of its rule. */
export interface AlertsPage {
  update(nowMs: number): void;
  /** Shows the alerts of one rule alone. */
  setRule(rule: string | undefined): void;
}

export function createAlertsPage(parent: HTMLElement, store: Store): AlertsPage {
  let rule: string | undefined;
  let drawn = '';
  const counts = h('nav', { class: 'counts', 'aria-label': 'Alerts by rule' });
  const active = alertTable('Active', 'No alerts. All tasks are as they should be.');
  const ended = alertTable('History', 'No alert has ended since the agent keeps its history.');
  const title = h('h2', { id: 'alerts-title' }, 'Alerts');
  parent.append(h('header', {}, title, counts), active.element, ended.element);
  return {
    setRule: (next) => (rule = next),
    update(nowMs) {
      if (parent.hidden) return;
      const all = foldAlerts(store.alertLog.entries(), store.loops().values());
      // Times that go on are drawn once a second.
      const now = `${store.alertLog.version()} ${store.loops().size} ${rule ?? ''} ${Math.floor(nowMs / 1_000)}`;
      if (now === drawn || parent.querySelector('table a:focus') !== null) return;
      drawn = now;
      const shown = all.filter((entry) => rule === undefined || entry.rule === rule);
      const isActive = ({ clearedMs }: AlertEntry): boolean => clearedMs === undefined;
      if (!counts.contains(document.activeElement)) counts.replaceChildren(...countLinks(all, rule));
      active.update(problemsFirst(shown.filter(isActive)), store, nowMs);
      ended.update(
        shown.filter((entry) => !isActive(entry)),
        store,
        nowMs,
      );
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

function alertTable(title: string, nothing: string) {
  const body = h('tbody');
  const count = h('span', { class: 'count' });
  const empty = h('p', { class: 'empty' }, nothing);
  const heads = ['Task', 'Alert', 'What', 'Since', 'For'].map((text) => h('th', { scope: 'col' }, text));
  const table = h('table', { 'aria-label': title }, h('thead', {}, h('tr', {}, ...heads)), body);
  const element = h(
    'section',
    { class: 'alert-table', 'aria-label': title },
    h('h3', {}, `${title} `, count),
    table,
    empty,
  );
  return {
    element,
    update(entries: readonly AlertEntry[], store: Store, nowMs: number): void {
      setText(count, String(entries.length));
      table.hidden = entries.length === 0;
      empty.hidden = entries.length > 0;
      body.replaceChildren(...entries.map((entry) => alertLine(entry, store, nowMs)));
    },
  };
}

function alertLine(entry: AlertEntry, store: Store, nowMs: number): HTMLElement {
  const { taskId, rule, message, raisedMs, clearedMs } = entry;
  const status = store.row(taskId)?.status;
  const link = h('a', { href: taskHash(taskId), title: taskId }, status?.name ?? labelOfId(taskId));
  const identity = status === undefined ? [] : identityOf(status);
  const since = h('time', { datetime: new Date(raisedMs).toISOString() }, clockText(raisedMs));
  setAttribute(since, 'title', absoluteText(raisedMs));
  return h(
    'tr',
    {},
    h('td', {}, link, h('div', { class: 'identity' }, identity.join(' · '))),
    h('td', {}, h('span', { class: clearedMs === undefined ? 'badge' : 'badge is-over' }, rule)),
    h('td', { class: 'what' }, message),
    h('td', { class: 'since' }, since),
    h('td', { class: 'since' }, durationText((clearedMs ?? nowMs) - raisedMs)),
  );
}
