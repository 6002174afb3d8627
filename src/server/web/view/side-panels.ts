import type { Store } from '../logic/store.ts';
import { bytesText, durationText, percentText } from '../logic/format.ts';
import { h, setAttribute, setText } from './dom.ts';
import { foldFeed } from '../logic/feed-items.ts';
import { feedLine } from './feed-list.ts';

const SHOWN_EVENTS = 100;

/** What happens, with a filter. */
export function createEventsPanel(parent: HTMLElement, store: Store, redraw: () => void): { update(): void } {
  let shown = '';
  const filter = h('input', {
    type: 'search',
    class: 'field',
    placeholder: 'Filter',
    'aria-label': 'Filter events',
    autocomplete: 'off',
    input: redraw,
  });
  const list = h('ol', { class: 'feed', tabindex: '0', 'aria-label': 'Events, newest first' });
  const empty = h('p', { class: 'empty' }, 'No events.');
  const head = h('header', {}, h('h2', {}, 'Events'), filter);
  const lines = h('div', { class: 'lines' }, list, empty);
  parent.append(h('section', { class: 'panel events', 'aria-label': 'Events' }, head, lines));
  return {
    update() {
      const loops = [...store.loops().values()];
      const now = [
        store.feed.version,
        filter.value,
        ...loops.map(({ key, count }) => key + String(count)),
      ].join(' ');
      if (now === shown || list.contains(document.activeElement?.closest('a') ?? null)) return;
      shown = now;
      const items = foldFeed(store.feed.items({ text: filter.value }), loops).slice(0, SHOWN_EVENTS);
      list.replaceChildren(...items.map(feedLine));
      list.hidden = items.length === 0;
      empty.hidden = items.length > 0;
    },
  };
}

/** A list of facts that keep their places; one without a text is hidden. */
export function facts(
  names: readonly string[],
  kind = '',
): { element: HTMLElement; readonly set: (name: string, text: string, title?: string) => void } {
  const entries = names.map((name) => ({ name, dt: h('dt', {}, name), dd: h('dd', {}, '–') }));
  const element = h('dl', { class: `facts ${kind}` });
  element.append(...entries.flatMap(({ dt, dd }) => [dt, dd]));
  return {
    element,
    set(name, text, title) {
      const entry = entries.find((one) => one.name === name);
      if (entry === undefined) return;
      const { dt, dd } = entry;
      dt.hidden = dd.hidden = text === '';
      setText(dd, text);
      if (title !== undefined) setAttribute(dd, 'title', title);
    },
  };
}

/** The machine, the driver and the cost of watching: closed, one line with the health of the driver. */
export function createMachinePanels(parent: HTMLElement, store: Store): { update(): void } {
  const machine = facts(['Memory free', 'Swap', 'Disks']);
  const driver = facts(['Health', 'rkt', 'Cgroups', 'Volumes']);
  const sampling = facts(['Last round', 'Skipped', 'Event loop']);
  const health = h('span', { class: 'pill' }, '–');
  const parts = [
    ['Machine', machine],
    ['Driver', driver],
    ['Sampling', sampling],
  ] as const;
  parent.append(
    h(
      'details',
      { class: 'panel machine' },
      h('summary', {}, h('h2', {}, 'Machine and driver'), health),
      ...parts.flatMap(([title, { element }]) => [h('h3', {}, title), element]),
    ),
  );
  return {
    update() {
      updateMachine(store, machine.set);
      updateDriver(store, driver.set);
      updateSampling(store, sampling.set);
      const word = store.fingerprint()?.health ?? '–';
      setText(health, word);
      setAttribute(health, 'data-state', word);
    },
  };
}

type Set = (name: string, text: string, title?: string) => void;

function updateMachine(store: Store, set: Set): void {
  const host = store.host();
  if (host === undefined) return;
  const { availableBytes, totalBytes, swapUsedBytes, swapTotalBytes } = host.memory;
  set('Memory free', `${bytesText(availableBytes)} of ${bytesText(totalBytes)}`);
  set('Swap', swapTotalBytes === 0 ? 'none' : `${bytesText(swapUsedBytes)} of ${bytesText(swapTotalBytes)}`);
  const disks = host.disks.map(
    ({ mount, usedBytes, totalBytes: all }) =>
      `${mount} ${percentText(usedBytes / all)} of ${bytesText(all)}`,
  );
  set('Disks', disks.slice(0, 3).join('\n') || '–', disks.join('\n'));
}

function updateDriver(store: Store, set: Set): void {
  const fingerprint = store.fingerprint();
  if (fingerprint === undefined) return;
  const { health, description, attributes } = fingerprint;
  const attribute = (name: string): string => String(attributes[`driver.rkt${name}`] ?? '–');
  set('Health', health, description);
  set('rkt', `${attribute('.version')} (${attribute('.runtime')}), appc ${attribute('.appc.version')}`);
  set('Cgroups', attribute('.cgroup.version'));
  set('Volumes', attributes['driver.rkt.volumes.enabled'] === true ? 'enabled' : 'disabled');
}

function updateSampling(store: Store, set: Set): void {
  const sampling = store.sampling();
  if (sampling === undefined) return;
  const { lastTick, skippedTicks, eventLoopDelay, ticks } = sampling;
  set(
    'Last round',
    lastTick === undefined
      ? '–'
      : `${lastTick.tasks} tasks in ${lastTick.durationMs.toFixed(1)} ms, every ${durationText(lastTick.intervalMs)}`,
  );
  set('Skipped', `${skippedTicks} of ${ticks} rounds`);
  set('Event loop', eventLoopDelay === undefined ? '–' : `${eventLoopDelay.p99Ms.toFixed(1)} ms late (p99)`);
}
