import type { TaskStatsSample } from '../../../model/task-stats.ts';
import type { TaskStatus } from '../../../model/task-status.ts';
import type { Alert } from '../../alerts/alert.ts';
import { createTaskRow, type TaskRow } from './task-row.ts';

/** The sums of the tasks that run: one that has exited uses nothing. */
export interface Totals {
  readonly tasks: number;
  readonly running: number;
  readonly exited: number;
  readonly cpuCores: number;
  readonly memoryBytes: number;
}

/** One row for each task that the agent knows, with its usage and the alerts that are raised for it. */
export interface TaskRows {
  readonly setTasks: (tasks: readonly TaskStatus[]) => void;
  readonly addSamples: (samples: readonly TaskStatsSample[]) => void;
  readonly addAlert: (alert: Alert) => void;
  readonly setAlerts: (alerts: readonly Alert[]) => void;
  readonly all: () => readonly TaskRow[];
  readonly get: (taskId: string) => TaskRow | undefined;
  readonly totals: () => Totals;
}

export function createTaskRows(): TaskRows {
  const rows = new Map<string, TaskRow>();
  let alerts: readonly Alert[] = [];

  /** Alerts can be known before their task is, and stand when the task comes back. */
  const setAlerts = (all: readonly Alert[]): void => {
    alerts = all;
    rows.forEach((row) => row.alerts.clear());
    alerts.forEach((alert) => rows.get(alert.taskId)?.alerts.set(alert.rule, alert));
  };
  return {
    setTasks(tasks) {
      const ids = new Set(tasks.map(({ id }) => id));
      for (const id of [...rows.keys()]) if (!ids.has(id)) rows.delete(id);
      for (const status of tasks) {
        const known = rows.get(status.id);
        if (known === undefined) rows.set(status.id, createTaskRow(status));
        else known.setStatus(status);
      }
      setAlerts(alerts);
    },
    addSamples(samples) {
      for (const { taskId, usage } of samples) rows.get(taskId)?.addUsage(usage);
    },
    addAlert(alert) {
      const others = alerts.filter(({ taskId, rule }) => taskId !== alert.taskId || rule !== alert.rule);
      setAlerts(alert.state === 'raised' ? [...others, alert] : others);
    },
    setAlerts,
    all: () => [...rows.values()],
    get: (taskId) => rows.get(taskId),
    totals: () => totalsOf([...rows.values()]),
  };
}

function totalsOf(rows: readonly TaskRow[]): Totals {
  const sum = (value: (row: TaskRow) => number | undefined): number =>
    rows.reduce((before, row) => before + (value(row) ?? 0), 0);
  return {
    tasks: rows.length,
    running: rows.filter(({ status }) => status.state === 'running').length,
    exited: rows.filter(({ status }) => status.state === 'exited').length,
    cpuCores: sum((row) => row.cpuCores()),
    memoryBytes: sum((row) => row.memoryBytes()),
  };
}
