import { exitText } from '../../../model/exit-text.ts';
import { NOTHING, absoluteText, bytesText, cpuText, countText, durationText } from '../logic/format.ts';
import type { Store } from '../logic/store.ts';
import type { TaskRow } from '../logic/task-row.ts';
import { createActions } from './actions.ts';
import { createCharts } from './charts.ts';
import { createConfigPanel } from './config-panel.ts';
import { h, setAttribute, setText } from './dom.ts';
import { feedLine } from './feed-list.ts';
import { createLogTail } from './log-tail.ts';
import { facts } from './side-panels.ts';

/** One task in full. */
export interface DetailView {
  readonly taskId: string;
  update(nowMs: number): void;
  /** The agent is reachable again, perhaps another one. */
  reload(): void;
  restyle(): void;
  focus(): void;
  destroy(): void;
}

const FACTS = ['CPU', 'Memory', 'Started', 'Uptime', 'Processes', 'Exit', 'Pod', 'Image', 'Pid', 'Network'];

export function createDetail(parent: HTMLElement, { store, taskId, close, redraw }: DetailDeps): DetailView {
  const title = h('h2', { id: 'detail-title', tabindex: '-1' }, taskId);
  const state = h('span', { class: 'pill' });
  const actions = createActions(taskId);
  const shut = h(
    'button',
    { type: 'button', click: close, 'aria-label': 'Close', title: 'Close (Escape)' },
    '✕',
  );
  const alerts = h('p', { class: 'alert-line', role: 'alert', hidden: true });
  const summary = facts(FACTS, 'summary');
  const charts = createCharts(taskId, redraw);
  const events = createEvents(store, taskId);
  const log = createLogTail(taskId);
  const body = h(
    'div',
    { class: 'body', tabindex: '0', role: 'group', 'aria-labelledby': 'detail-title' },
    alerts,
    h('section', { class: 'panel', 'aria-label': 'Summary' }, summary.element),
    charts.element,
    log.element,
    events.element,
    createConfigPanel(taskId),
  );
  const head = h('header', {}, title, state, actions.element, shut);
  const drawer = h('aside', { class: 'drawer', 'aria-labelledby': 'detail-title' }, head, body);
  parent.replaceChildren(drawer);
  return {
    taskId,
    update(nowMs) {
      const row = store.row(taskId);
      const phase = row?.status.phase ?? 'not known';
      setText(state, phase);
      setAttribute(state, 'data-state', phase);
      actions.update(row);
      const messages = [...(row?.alerts.values() ?? [])].map(({ rule, message }) => `${rule}: ${message}`);
      alerts.hidden = messages.length === 0;
      setText(alerts, messages.join(' · '));
      if (row !== undefined) updateSummary(summary.set, row, nowMs);
      charts.update(row, nowMs);
      events.update();
      if (row !== undefined) log.update(nowMs);
    },
    reload: charts.reload,
    restyle: charts.restyle,
    focus: () => title.focus(),
    destroy() {
      charts.destroy();
      drawer.remove();
    },
  };
}

export interface DetailDeps {
  readonly store: Store;
  readonly taskId: string;
  readonly close: () => void;
  readonly redraw: () => void;
}

function updateSummary(
  set: (name: string, text: string, title?: string) => void,
  row: TaskRow,
  nowMs: number,
): void {
  const { status, usage } = row;
  const limit = row.memoryLimitBytes();
  set('CPU', cpuText(row.cpuCores(), status.cpusetCpus));
  set(
    'Memory',
    `${bytesText(row.memoryBytes())}${limit === undefined ? ', no limit' : ` of ${bytesText(limit)}`}`,
  );
  set('Started', absoluteText(status.startedAtMs));
  set('Uptime', durationText(row.uptimeMs(nowMs)));
  set('Processes', countText(usage?.pidCount?.current));
  set('Exit', exitText(status.exitResult, NOTHING), absoluteText(status.completedAtMs));
  set('Pod', status.podId ?? '–');
  set('Image', status.image);
  set('Pid', status.pid === undefined ? '–' : String(status.pid));
  set('Network', status.network === undefined ? 'of the host' : status.network.ip);
}

function createEvents(store: Store, taskId: string): { readonly element: HTMLElement; update(): void } {
  let version = -1;
  const list = h('ol', { class: 'feed', tabindex: '0', 'aria-label': 'Events of this task, newest first' });
  const empty = h('p', { class: 'empty' }, 'No events since the agent was started.');
  return {
    element: h(
      'section',
      { class: 'panel', 'aria-label': 'Events of this task' },
      h('header', {}, h('h2', {}, 'Events')),
      list,
      empty,
    ),
    update() {
      if (version === store.feed.version) return;
      ({ version } = store.feed);
      const items = store.feed.items({ taskId });
      list.replaceChildren(...items.map(feedLine));
      list.hidden = items.length === 0;
      empty.hidden = items.length > 0;
    },
  };
}
