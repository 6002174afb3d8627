import { ApiError, beginSession, currentSession, getJson, keepToken, mayWrite, readSession } from './api.ts';
import type { PastAlert } from '../alerts/alert-history.ts';
import type { Alert } from '../alerts/alert.ts';
import { clockText } from './logic/format.ts';
import type { ReplayPosition } from '../../drivers/recorded/replay.ts';
import type { RecentHistory } from '../history/recent-history.ts';
import { createReplayTime, replayText } from './logic/replay-time.ts';
import { createStore } from './logic/store.ts';
import { openStream } from './stream.ts';
import { createAddress } from './view/address.ts';
import { createDetail, type DetailView } from './view/detail.ts';
import { lockWrites, showLock } from './view/actions.ts';
import { refusalText } from './view/refusal-text.ts';
import { ask, toast } from './view/dialogs.ts';
import { byId, setAttribute, setText } from './view/dom.ts';
import { createFrames } from './view/frames.ts';
import { createHostsPanel } from './view/hosts-panel.ts';
import { listenToKeys, showKeys } from './view/keys-help.ts';
import { createOverview } from './view/overview.ts';
import { createPages } from './view/pages.ts';
import { createReplayBar, type ReplayBar } from './view/replay-bar.ts';
import { createEventsPanel, createMachinePanels } from './view/side-panels.ts';
import { createTable } from './view/task-table.ts';
import { createTheme } from './view/theme.ts';
import { createTopPanel } from './view/top-panel.ts';

const store = createStore();
let detail: DetailView | undefined;
let isPaused = false;
let isLocked = false;
const replay = createReplayTime();
let replayBar: ReplayBar | undefined;

const frames = createFrames(() => {
  // While the agent is away, nothing counts on.
  const atMs = stream.asOfMs() ?? Date.now();
  const nowMs = replay.timeMs(atMs) ?? atMs;
  const asOfMs = stream.asOfMs() === undefined ? undefined : nowMs;
  const position = replay.position();
  if (position !== undefined) replayBar?.update(position, nowMs);
  overview.update();
  pages.update(nowMs);
  panels.forEach((panel) => panel.update(nowMs));
  detail?.update(nowMs, asOfMs);
});
const redraw = frames.request;
const address = createAddress(redraw);
const overview = createOverview(byId('overview'), store, (state) =>
  address.hashWith({ text: '', host: undefined, state }),
);
const table = createTable(byId('tasks'), { store, address, redraw });
const pages = createPages(store, table);
const side = byId('side');
const panels = [
  createHostsPanel(side, store, address),
  createTopPanel(side, store, redraw),
  createEventsPanel(side, store, redraw),
  createMachinePanels(side, store),
];

/** Updates the store, and renders in the next frame. */
const updating =
  <Arguments extends readonly unknown[]>(update: (...args: Arguments) => void) =>
  (...args: Arguments): void => {
    update(...args);
    redraw();
  };
const note = (message: string): void => {
  const timeMs = Date.now();
  store.feed.add({ kind: 'note', id: String(timeMs), timeMs, message });
};
function reopenDetail(): void {
  if (detail === undefined) return;
  const { taskId } = detail;
  detail.destroy();
  detail = openDetail(taskId);
}

/** The agent plays a recording: its time is that of the page, which gets its slider. */
function setReplay(position: ReplayPosition): void {
  const isFirst = replay.position() === undefined;
  if (replay.set(position, Date.now())) {
    store.reset();
    reopenDetail();
    stream.restart();
  }
  if (!isFirst) return;
  document.body.dataset['replay'] = 'true';
  lockWrites('This is a recording: nothing can be changed.');
  replayBar = createReplayBar(byId('replay'));
}
const stream = openStream({
  listeners: {
    tasks: updating(({ tasks }) => store.setTasks(tasks)),
    stats: updating(({ samples }) => store.addSamples(samples)),
    events: updating((event) => store.addEvent(event)),
    alerts: updating((alert, id) => store.addAlert(alert, id)),
    host: updating((host) => store.setHost(host)),
    hosts: updating(({ hosts }) => store.setHosts(hosts)),
    fingerprint: updating((fingerprint) => store.setFingerprint(fingerprint)),
    sampling: updating((sampling) => store.setSampling(sampling)),
    replay: updating(setReplay),
    missed: updating(({ count }) => note(`${count} events were missed`)),
    dropped: updating(({ topic, count }) => {
      // A recording can be played faster than it can be shown.
      if (replay.position() === undefined) note(`${count} ${topic} were dropped, because this page is slow`);
    }),
  },
  onLost(error) {
    isLocked = error instanceof ApiError && error.status === 401;
  },
  onOpen(isAgain) {
    isLocked = false;
    readSession().then(showToken, showToken);
    if (isAgain) note('The agent is reachable again');
    detail?.reload();
    getJson<{ readonly alerts: readonly Alert[] }>('v1/alerts')
      .then(({ alerts }) => updating(store.setAlerts)(alerts))
      .catch(() => redraw());
    getJson<{ readonly alerts: readonly PastAlert[] }>('v1/alerts/history?limit=500')
      .then(({ alerts }) => updating(store.alertLog.addPast)(alerts))
      .catch(() => redraw());
    getJson<RecentHistory>('v1/history/recent')
      .then(updating(store.setHistory))
      .catch(() => redraw());
  },
});

const CONNECTION = {
  connecting: 'Connecting',
  live: 'Live',
  stale: 'No news',
  lost: 'Reconnecting',
} as const;
const showConnection = (): void => {
  const state = stream.state();
  const pill = byId('connection');
  const asOfMs = stream.asOfMs();
  const away = asOfMs === undefined ? '' : ` · as of ${clockText(asOfMs)}`;
  const position = replay.position();
  const text =
    position !== undefined && stream.isOpen() ? replayText(position) : `${CONNECTION[state]}${away}`;
  setText(pill, isPaused ? 'Paused' : isLocked ? 'Token needed' : text);
  // The time of a recording goes on by itself.
  if (position?.state === 'playing') redraw();
  const isAway = String(asOfMs !== undefined);
  if (document.body.dataset['away'] !== isAway) redraw();
  document.body.dataset['away'] = isAway;
  setAttribute(pill, 'data-state', isPaused ? 'paused' : state);
};
const togglePause = (): void => {
  isPaused = !isPaused;
  setAttribute(byId('pause'), 'aria-pressed', String(isPaused));
  setText(byId('pause'), isPaused ? 'Resume' : 'Pause');
  frames.setPaused(isPaused);
  showConnection();
};
const useToken = (token: string): void => {
  keepToken(token);
  beginSession()
    .then(readSession)
    .then(
      () =>
        toast(mayWrite() ? 'This tab can change tasks now.' : 'Without a write token, this tab only reads.'),
      (error: unknown) => toast(refusalText(error), 'bad'),
    )
    .finally(showToken);
  stream.retry();
};
const showToken = (): void => {
  const { label } = currentSession();
  setText(byId('token'), mayWrite() ? 'Read-write' : 'Read-only');
  setAttribute(byId('token'), 'aria-pressed', String(mayWrite()));
  const used = label === undefined ? '' : ` Now used: ${label}.`;
  setAttribute(byId('token'), 'title', `Use a token, or another one.${used}`);
  showLock(byId('start'), 'Start a task on this machine');
  redraw();
};
const askForToken = async (): Promise<void> => {
  const answer = await ask({
    title: 'Token of the agent',
    text: 'A write token, such as the one in the file agent-token of its data directory, allows changes. It is forgotten when this tab is closed. Leave it empty to use none.',
    confirm: 'Use token',
    input: { label: 'Token', type: 'password' },
  });
  if (answer === undefined) return;
  useToken(answer.trim());
};
const start = async (): Promise<void> => {
  if (!mayWrite()) return askForToken();
  // Loaded when it is opened.
  const { onDemand } = await import('./view/on-demand.ts');
  await onDemand.startFromPage();
};
const close = (): void => {
  location.hash = '#/';
};
const openDetail = (taskId: string): DetailView =>
  createDetail(byId('detail'), { store, taskId, close, redraw });
const follow = (): void => {
  const route = address.follow();
  const { taskId, token } = route;
  if (token !== undefined) {
    useToken(token);
    // What stays in the address stays in the browser's history.
    history.replaceState(null, '', location.pathname);
  }
  pages.show(route);
  const before = detail?.taskId;
  if (before !== taskId) {
    detail?.destroy();
    detail = undefined;
    table.setOpen(taskId);
    if (taskId !== undefined) {
      detail = openDetail(taskId);
      detail.focus();
    } else if (before !== undefined) table.focusRow(before);
    document.title = taskId === undefined ? 'rkt-streams' : `${taskId} – rkt-streams`;
  }
  redraw();
};

createTheme(byId('theme'), () => {
  detail?.restyle();
  redraw();
});
byId('pause').addEventListener('click', togglePause);
byId('start').addEventListener('click', () => {
  start().catch((error: unknown) => toast(refusalText(error), 'bad'));
});
byId('token').addEventListener('click', () => void askForToken());
window.addEventListener('hashchange', follow);
byId('keys').addEventListener('click', showKeys);
listenToKeys({
  filter: table.focusFilter,
  move: table.moveFocus,
  close: () => detail !== undefined && close(),
  switchView: () => address.change({ view: address.selection().view === 'map' ? 'table' : 'map' }),
  switchPage: pages.toggle,
  pause: togglePause,
});
setInterval(showConnection, 500);
showToken();
follow();
redraw();
