import type { FleetHost } from '../../../model/fleet-host.ts';
import type { TaskStatsSample } from '../../../model/task-stats.ts';
import type { TaskStatus } from '../../../model/task-status.ts';
import type { Alert } from '../../alerts/alert.ts';
import type { RecentHistory } from '../../history/recent-history.ts';
import { isAway } from './host-connection.ts';
import { createTaskRow, type TaskRow } from './task-row.ts';

/** The sums of the tasks that run: one that has exited uses nothing, and what one of a stale host uses is not known. */
export interface Totals {
  readonly tasks: number;
  readonly running: number;
  readonly exited: number;
  /** Undefined while tasks run and none was measured. */
  readonly cpuCores: number | undefined;
  readonly memoryBytes: number | undefined;
}

/** One row for each task that the agent knows, with its usage and the alerts that are raised for it. */
export interface TaskRows {
  readonly setTasks: (tasks: readonly TaskStatus[]) => void;
  readonly addSamples: (samples: readonly TaskStatsSample[]) => void;
  readonly addAlert: (alert: Alert) => void;
  readonly setAlerts: (alerts: readonly Alert[]) => void;
  readonly setHistory: (history: RecentHistory) => void;
  readonly setHosts: (hosts: readonly FleetHost[]) => void;
  readonly all: () => readonly TaskRow[];
  readonly get: (taskId: string) => TaskRow | undefined;
  readonly totals: () => Totals;
}

export function createTaskRows(): TaskRows {
  const rows = new Map<string, TaskRow>();
  let alerts: readonly Alert[] = [];
  let history: RecentHistory | undefined;
  let hosts: readonly FleetHost[] = [];

  /** Alerts can be known before their task is, and stand when the task comes back. */
  const setAlerts = (all: readonly Alert[]): void => {
    alerts = all;
    rows.forEach((row) => row.alerts.clear());
    alerts.forEach((alert) => rows.get(alert.taskId)?.alerts.set(alert.rule, alert));
  };
  const setHosts = (next: readonly FleetHost[]): void => {
    hosts = next;
    const connections = new Map(hosts.map(({ host, connection }) => [host, connection]));
    rows.forEach((row) => (row.connection = connections.get(row.status.host ?? '')));
  };
  const seed = (row: TaskRow): void => {
    const columns = history?.tasks[row.id];
    if (history !== undefined && columns !== undefined) row.seed(history.timeMs, columns);
  };
  const add = (status: TaskStatus): void => {
    const row = createTaskRow(status);
    rows.set(status.id, row);
    seed(row);
  };
  return {
    setTasks(tasks) {
      const ids = new Set(tasks.map(({ id }) => id));
      for (const id of [...rows.keys()]) if (!ids.has(id)) rows.delete(id);
      for (const status of tasks) {
        const known = rows.get(status.id);
        if (known === undefined) add(status);
        else known.setStatus(status);
      }
      setAlerts(alerts);
      setHosts(hosts);
    },
    addSamples(samples) {
      for (const { taskId, usage } of samples) rows.get(taskId)?.addUsage(usage);
    },
    addAlert(alert) {
      const others = alerts.filter(({ taskId, rule }) => taskId !== alert.taskId || rule !== alert.rule);
      setAlerts(alert.state === 'raised' ? [...others, alert] : others);
    },
    setAlerts,
    setHosts,
    setHistory(next) {
      history = next;
      rows.forEach(seed);
    },
    all: () => [...rows.values()],
    get: (taskId) => rows.get(taskId),
    totals: () => totalsOf([...rows.values()]),
  };
}

function totalsOf(rows: readonly TaskRow[]): Totals {
  const running = rows.filter(({ status }) => status.state === 'running').length;
  const sum = (value: (row: TaskRow) => number | undefined): number | undefined => {
    const known = rows
      .filter(({ connection }) => !isAway(connection))
      .map(value)
      .filter((one) => one !== undefined);
    return known.length === 0 && running > 0 ? undefined : known.reduce((before, one) => before + one, 0);
  };
  return {
    tasks: rows.length,
    running,
    exited: rows.filter(({ status }) => status.state === 'exited').length,
    cpuCores: sum((row) => row.cpuCores()),
    memoryBytes: sum((row) => row.memoryBytes()),
  };
}
