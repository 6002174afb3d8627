import type { FleetHost } from '../../../model/fleet-host.ts';
import {
  awayFirst,
  connectionCounts,
  connectionText,
  connectionTitle,
  isAway,
} from '../logic/host-connection.ts';
import type { Store } from '../logic/store.ts';
import type { Address } from './address.ts';
import { h, setAttribute, setText } from './dom.ts';

/** The hosts of a fleet with their states, those that are away first; hidden on an agent of one machine. */
export function createHostsPanel(
  parent: HTMLElement,
  store: Store,
  address: Address,
): { update(nowMs: number): void } {
  const lines = new Map<string, HostLine>();
  const counts = h('span', { class: 'muted' });
  const list = h('ul', { class: 'hosts-list', tabindex: '0', 'aria-label': 'Hosts' });
  const element = h('section', { class: 'panel hosts', 'aria-label': 'Hosts of the fleet', hidden: true });
  element.append(h('header', {}, h('h2', {}, 'Hosts'), counts), list);
  parent.append(element);
  let order = '';
  const place = (hosts: readonly FleetHost[]): void => {
    // Only another order moves nodes: what has the focus keeps it.
    const next = hosts.map(({ host }) => host).join('\n');
    if (next === order) return;
    order = next;
    const known = new Map(hosts.map(({ host }) => [host, lines.get(host) ?? createHostLine(host)]));
    lines.clear();
    known.forEach((line, host) => lines.set(host, line));
    const focused = document.activeElement;
    list.replaceChildren(...[...known.values()].map((line) => line.element));
    if (focused instanceof HTMLElement && list.contains(focused)) focused.focus({ preventScroll: true });
  };
  return {
    update(nowMs) {
      const hosts = awayFirst(store.hosts());
      element.hidden = hosts.length === 0;
      setText(counts, connectionCounts(hosts));
      place(hosts);
      const tasks = tasksByHost(store);
      const chosen = address.selection().host;
      for (const one of hosts) {
        const isChosen = one.host === chosen;
        // The link of the host that is shown leads back to all of them.
        const href = address.hashWith({ host: isChosen ? undefined : one.host, text: '', state: 'all' });
        lines.get(one.host)?.update(one, { nowMs, href, isChosen, tasks: tasks.get(one.host) ?? 0 });
      }
    },
  };
}

interface HostLine {
  readonly element: HTMLElement;
  update(host: FleetHost, state: HostLineState): void;
}

interface HostLineState {
  readonly nowMs: number;
  readonly href: string;
  readonly isChosen: boolean;
  readonly tasks: number;
}

function createHostLine(host: string): HostLine {
  const link = h('a', {}, host);
  const state = h('span', { class: 'pill' });
  const count = h('span', { class: 'muted' });
  const element = h('li', {}, link, state, count);
  return {
    element,
    update({ connection }, { nowMs, href, isChosen, tasks }) {
      setAttribute(link, 'href', href);
      setAttribute(link, 'aria-current', String(isChosen));
      setAttribute(
        link,
        'title',
        isChosen ? 'Show the tasks of all hosts' : `Show only the tasks of ${host}`,
      );
      setText(state, connectionText(connection, nowMs));
      setAttribute(state, 'data-state', connection.state);
      setAttribute(state, 'title', connectionTitle(connection));
      setText(count, tasks === 1 ? '1 task' : `${tasks} tasks`);
      element.classList.toggle('is-away', isAway(connection));
    },
  };
}

function tasksByHost(store: Store): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { status } of store.rows()) {
    if (status.host !== undefined) counts.set(status.host, (counts.get(status.host) ?? 0) + 1);
  }
  return counts;
}
