import type { AlertEntry } from '../logic/alert-log.ts';
import { absoluteText, clockText, durationText } from '../logic/format.ts';
import { taskHash } from '../logic/route.ts';
import type { Store } from '../logic/store.ts';
import { identityOf, labelOfId } from '../logic/task-identity.ts';
import { showLock } from './actions.ts';
import { h, setAttribute, setText } from './dom.ts';

/** Alerts, a line each. Lines stay the same elements, so that a click on one is not lost when a second passes. */
export interface AlertTable {
  readonly element: HTMLElement;
  update(entries: readonly AlertEntry[], nowMs: number): void;
}

export interface AlertTableOptions {
  readonly title: string;
  /** Shown when there is none. */
  readonly nothing: string;
  readonly store: Store;
  /** Asks for a silence of an alert; absent where alerts have ended. */
  readonly onSilence?: (entry: AlertEntry) => void;
}

export function createAlertTable({ title, nothing, store, onSilence }: AlertTableOptions): AlertTable {
  const body = h('tbody');
  const count = h('span', { class: 'count' });
  const empty = h('p', { class: 'empty' }, nothing);
  const names = ['Task', 'Alert', 'What', 'Since', 'For'];
  const heads = names.map((text) => h('th', { scope: 'col' }, text));
  if (onSilence !== undefined)
    heads.push(h('th', { scope: 'col' }, h('span', { class: 'sr-only' }, 'Silence')));
  const table = h('table', { 'aria-label': title }, h('thead', {}, h('tr', {}, ...heads)), body);
  const head = h('h3', {}, `${title} `, count);
  const lines = new Map<string, AlertLine>();
  let order = '';
  return {
    element: h('section', { class: 'alert-table', 'aria-label': title }, head, table, empty),
    update(entries, nowMs) {
      setText(count, String(entries.length));
      table.hidden = entries.length === 0;
      empty.hidden = entries.length > 0;
      for (const entry of entries) {
        const line = lines.get(entry.id) ?? createLine(entry, onSilence);
        lines.set(entry.id, line);
        line.update(entry, store, nowMs);
      }
      const ids = entries.map(({ id }) => id);
      const next = ids.join('\n');
      if (next === order) return;
      order = next;
      const shown = new Set(ids);
      for (const id of lines.keys()) if (!shown.has(id)) lines.delete(id);
      body.replaceChildren(...ids.flatMap((id) => lines.get(id)?.element ?? []));
    },
  };
}

interface AlertLine {
  readonly element: HTMLElement;
  update(entry: AlertEntry, store: Store, nowMs: number): void;
}

function createLine(first: AlertEntry, onSilence: AlertTableOptions['onSilence']): AlertLine {
  const { taskId } = first;
  let current = first;
  const link = h('a', { href: taskHash(taskId), title: taskId });
  const identity = h('div', { class: 'identity' });
  const badge = h('span', {});
  const silenced = h('span', { class: 'badge is-over', hidden: true }, 'silenced');
  const what = h('td', { class: 'what' });
  const since = h('time', {});
  const length = h('td', { class: 'since' });
  const silence = h('button', { type: 'button', click: () => onSilence?.(current) }, 'Silence');
  const cells = [
    h('td', {}, link, identity),
    h('td', {}, badge, ' ', silenced),
    what,
    h('td', { class: 'since' }, since),
    length,
  ];
  if (onSilence !== undefined) cells.push(h('td', { class: 'act' }, silence));
  return {
    element: h('tr', {}, ...cells),
    update(entry, store, nowMs) {
      current = entry;
      const { rule, message, labels, raisedMs, clearedMs } = entry;
      const status = store.row(taskId)?.status;
      setText(link, status?.name ?? labelOfId(taskId));
      setText(identity, status === undefined ? '' : identityOf(status).join(' · '));
      setText(badge, rule);
      setAttribute(badge, 'class', clearedMs === undefined ? 'badge' : 'badge is-over');
      const silences = clearedMs === undefined ? store.silences.of(labels, nowMs) : [];
      silenced.hidden = silences.length === 0;
      setAttribute(
        silenced,
        'title',
        silences.map(({ endsAtMs }) => `until ${absoluteText(endsAtMs)}`).join('\n'),
      );
      setText(what, message);
      setText(since, clockText(raisedMs));
      setAttribute(since, 'datetime', new Date(raisedMs).toISOString());
      setAttribute(since, 'title', absoluteText(raisedMs));
      setText(length, durationText((clearedMs ?? nowMs) - raisedMs));
      showLock(silence, 'Deliver no alerts like this one for a time');
      silence.disabled = silence.dataset['locked'] === 'true';
    },
  };
}
