import type { TaskEvent } from '../../../model/task-event.ts';
import type { TaskStatsSample } from '../../../model/task-stats.ts';
import type { TaskStatus } from '../../../model/task-status.ts';
import type { Alert } from '../../alerts/alert.ts';
import type { RecentHistory } from '../../history/recent-history.ts';
import { createAlertLog, type AlertLog } from './alert-log.ts';
import type { CrashLoop } from './crash-loops.ts';
import { createFeed, type Feed } from './feed-items.ts';
import { createLoopWatch } from './loop-watch.ts';
import { createMachineState, type MachineState } from './machine-state.ts';
import { createOverviewLines, type OverviewLines } from './overview-lines.ts';
import { createSilenceList, type SilenceList } from './silence-list.ts';
import type { TaskRow } from './task-row.ts';
import { createTaskRows, type Totals } from './task-rows.ts';

/** All data of the agent, as the page shows it. */
export interface Store extends MachineState {
  readonly setTasks: (tasks: readonly TaskStatus[]) => void;
  readonly addSamples: (samples: readonly TaskStatsSample[]) => void;
  readonly addEvent: (event: TaskEvent) => void;
  readonly addAlert: (alert: Alert, id: string) => void;
  /** Replaces the alerts that stand by what the agent says of them. */
  readonly setAlerts: (alerts: readonly Alert[]) => void;
  /** Fills the lines of the last minutes. */
  readonly setHistory: (history: RecentHistory) => void;
  readonly rows: () => readonly TaskRow[];
  readonly row: (taskId: string) => TaskRow | undefined;
  readonly totals: () => Totals;
  readonly feed: Feed;
  readonly alertLog: AlertLog;
  readonly silences: SilenceList;
  /** Whether the agent has listed its tasks. */
  readonly isKnown: () => boolean;
  /** The agent's clock at the latest value; lines end there. */
  readonly timeMs: () => number;
  readonly loops: () => ReadonlyMap<string, CrashLoop>;
  readonly lines: OverviewLines;
  /** Forgets everything: what comes next is of another time. Its parts are others then. */
  readonly reset: () => void;
}

export function createStore(): Store {
  let data = createData();
  const store = { reset: () => void (data = createData()) };
  for (const name of Object.keys(data) as (keyof Data)[])
    Object.defineProperty(store, name, { enumerable: true, get: () => data[name] });
  return store as Store;
}

type Data = Omit<Store, 'reset'>;

function createData(): Data {
  const rows = createTaskRows();
  const [feed, alertLog] = [createFeed(), createAlertLog()];
  const watch = createLoopWatch(rows.all);
  const lines = createOverviewLines();
  const machine = createMachineState();
  let isKnown = false;

  return {
    ...machine,
    setTasks(tasks) {
      isKnown = true;
      rows.setTasks(tasks);
      watch.setTasks(tasks);
    },
    addSamples(samples) {
      rows.addSamples(samples);
      if (samples.length === 0) return;
      const timeMs = samples.reduce((last, { usage }) => Math.max(last, usage.timestampMs), 0);
      lines.addTotals(timeMs, rows.totals());
      watch.passed(timeMs);
    },
    addEvent(event) {
      feed.add({ kind: 'event', id: event.id, timeMs: event.timeMs, event });
      watch.addEvent(event);
    },
    addAlert(alert, id) {
      feed.add({ kind: 'alert', id, timeMs: alert.timeMs, alert });
      alertLog.add(alert);
      rows.addAlert(alert);
    },
    setAlerts(alerts) {
      alertLog.setActive(alerts, watch.timeMs());
      rows.setAlerts(alerts);
    },
    setHistory(history) {
      rows.setHistory(history);
      lines.seed(history);
      watch.passed(history.timeMs.at(-1) ?? 0);
    },
    setHost(host) {
      machine.setHost(host);
      lines.addHost(host);
      watch.passed(host.timestampMs);
    },
    setHosts(hosts) {
      machine.setHosts(hosts);
      rows.setHosts(hosts);
    },
    rows: rows.all,
    row: rows.get,
    totals: rows.totals,
    feed,
    alertLog,
    silences: createSilenceList(),
    isKnown: () => isKnown,
    timeMs: watch.timeMs,
    loops: watch.loops,
    lines,
  };
}
