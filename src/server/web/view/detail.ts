import { exitText } from '../../../model/exit-text.ts';
import {
  NOTHING,
  absoluteText,
  agoText,
  bytesText,
  clockText,
  countText,
  cpuText,
  durationText,
  networkText,
} from '../logic/format.ts';
import { connectionText, connectionTitle, isAway, staleSinceMs } from '../logic/host-connection.ts';
import type { Store } from '../logic/store.ts';
import type { TaskRow } from '../logic/task-row.ts';
import { createActions } from './actions.ts';
import type { LastValues } from '../logic/chart-data.ts';
import { createCharts } from './charts.ts';
import { createConfigPanel } from './config-panel.ts';
import { h, setAttribute, setText } from './dom.ts';
import { feedLine } from './feed-list.ts';
import { createLogPanel } from './log-panel.ts';
import { facts } from './side-panels.ts';

/** One task in full. */
export interface DetailView {
  readonly taskId: string;
  /** @param awayAtMs while the agent is away: when it last was not */
  update(nowMs: number, awayAtMs: number | undefined): void;
  /** The agent is reachable again, perhaps another one. */
  reload(): void;
  restyle(): void;
  focus(): void;
  destroy(): void;
}

const FACTS = [
  'Host',
  'CPU',
  'Memory',
  'Started',
  'Uptime',
  'Processes',
  'Exit',
  'Pod',
  'Image',
  'Pid',
  'Network',
];

export function createDetail(parent: HTMLElement, { store, taskId, close, redraw }: DetailDeps): DetailView {
  const head = createHead(taskId, close);
  const alerts = h('p', { class: 'alert-line', role: 'alert', hidden: true });
  const summary = facts(FACTS, 'summary');
  summary.set('Host', '');
  const charts = createCharts(taskId, redraw);
  const events = createEvents(store, taskId);
  const log = createLogPanel(taskId, redraw);
  let startedAtMs: number | undefined;
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
  const drawer = h('aside', { class: 'drawer', 'aria-labelledby': 'detail-title' }, head.element, body);
  parent.replaceChildren(drawer);
  return {
    taskId,
    update(nowMs, awayAtMs) {
      const row = store.row(taskId);
      const phase = row?.status.phase ?? 'not known';
      head.update(row, phase, nowMs, awayAtMs ?? staleSinceMs(row?.connection));
      drawer.classList.toggle('is-away', isAway(row?.connection));
      setAttribute(body, 'data-state', phase);
      const messages = [...(row?.alerts.values() ?? [])].map(({ rule, message }) => `${rule}: ${message}`);
      alerts.hidden = messages.length === 0;
      setText(alerts, messages.join(' · '));
      charts.update(row, store.feed.items({ taskId }), nowMs);
      if (row !== undefined) updateSummary(summary.set, row, nowMs, charts.last());
      events.update();
      placeLog(charts.element, log.element, phase === 'exited');
      const started = row?.status.startedAtMs;
      if (startedAtMs !== undefined && started !== undefined && started !== startedAtMs) log.reload();
      startedAtMs = started ?? startedAtMs;
      log.update(awayAtMs);
    },
    reload() {
      charts.reload();
      log.reload();
    },
    restyle: charts.restyle,
    focus: head.focus,
    destroy() {
      charts.destroy();
      log.destroy();
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

interface DetailHead {
  readonly element: HTMLElement;
  update(row: TaskRow | undefined, phase: string, nowMs: number, awayAtMs: number | undefined): void;
  readonly focus: () => void;
}

function createHead(taskId: string, close: () => void): DetailHead {
  const title = h('h2', { id: 'detail-title', tabindex: '-1' }, taskId);
  const state = h('span', { class: 'pill' });
  const when = h('span', { class: 'when' });
  const actions = createActions(taskId);
  const shut = h(
    'button',
    { type: 'button', class: 'shut', click: close, 'aria-label': 'Close', title: 'Close (Escape)' },
    '✕',
  );
  return {
    element: h('header', {}, title, state, when, actions.element, shut),
    update(row, phase, nowMs, awayAtMs) {
      setText(state, phase);
      setAttribute(state, 'data-state', phase);
      setText(when, whenText(row, nowMs, awayAtMs));
      setAttribute(when, 'title', absoluteText(awayAtMs ?? row?.status.completedAtMs));
      actions.update(row);
    },
    focus: () => title.focus(),
  };
}

/** The log of a task that ended is what is read first. */
function placeLog(charts: HTMLElement, log: HTMLElement, isEnded: boolean): void {
  const isAbove = charts.previousElementSibling === log;
  if (isEnded === isAbove) return;
  if (isEnded) log.after(charts);
  else log.before(charts);
}

function whenText(row: TaskRow | undefined, nowMs: number, awayAtMs: number | undefined): string {
  if (awayAtMs !== undefined) return `as of ${clockText(awayAtMs)}`;
  const completedAtMs = row?.status.completedAtMs;
  return completedAtMs === undefined ? '' : `exited ${agoText(nowMs - completedAtMs)}`;
}

function updateSummary(
  set: (name: string, text: string, title?: string) => void,
  row: TaskRow,
  nowMs: number,
  last: LastValues,
): void {
  const { status } = row;
  const limit = row.memoryLimitBytes();
  const isEnded = status.state === 'exited';
  const end = (value: number | undefined): string =>
    isEnded && value !== undefined ? ', before the end' : '';
  const [cpu, memory, processes] = isEnded
    ? [last.cpuCores, last.workingSetBytes, last.processes]
    : [row.cpuCores(), row.memoryBytes(), row.processes()];
  const { host = '' } = status;
  const { connection } = row;
  set(
    'Host',
    connection === undefined ? host : `${host}, ${connectionText(connection, nowMs)}`,
    connection === undefined ? '' : connectionTitle(connection),
  );
  set('CPU', cpu === undefined ? NOTHING : `${cpuText(cpu, status.cpusetCpus)}${end(cpu)}`);
  const most = limit === undefined ? ', no limit' : ` of ${bytesText(limit)}`;
  set('Memory', `${bytesText(memory)}${most}${end(memory)}`);
  set('Started', absoluteText(status.startedAtMs));
  set('Uptime', durationText(row.uptimeMs(nowMs)));
  set('Processes', `${countText(processes)}${end(processes)}`);
  set('Exit', exitText(status.exitResult, NOTHING), absoluteText(status.completedAtMs));
  set('Pod', status.podId ?? '–');
  set('Image', status.image);
  set('Pid', status.pid === undefined ? '–' : String(status.pid));
  set('Network', networkText(status.network));
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
