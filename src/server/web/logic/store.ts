import type { Fingerprint } from '../../../model/fingerprint.ts';
import type { HostStats } from '../../../model/host-stats.ts';
import type { SamplingStats } from '../../../model/sampling-stats.ts';
import type { TaskEvent } from '../../../model/task-event.ts';
import type { TaskStatsSample } from '../../../model/task-stats.ts';
import type { TaskStatus } from '../../../model/task-status.ts';
import type { Alert } from '../../alerts/alert.ts';
import { createFeed, type Feed } from './feed-items.ts';
import { createSpark, type Spark } from './spark.ts';
import { createTaskRow, type TaskRow } from './task-row.ts';

/** The sums of the tasks that run: one that has exited uses nothing. */
export interface Totals {
  readonly tasks: number;
  readonly running: number;
  readonly exited: number;
  readonly cpuCores: number;
  readonly memoryBytes: number;
}

/** Everything the agent has told, as the page shows it. */
export interface Store {
  readonly setTasks: (tasks: readonly TaskStatus[]) => void;
  readonly addSamples: (samples: readonly TaskStatsSample[]) => void;
  readonly addEvent: (event: TaskEvent) => void;
  readonly addAlert: (alert: Alert, id: string) => void;
  /** Replaces the alerts that stand by what the agent says of them. */
  readonly setAlerts: (alerts: readonly Alert[]) => void;
  readonly setHost: (host: HostStats) => void;
  readonly setFingerprint: (fingerprint: Fingerprint) => void;
  readonly setSampling: (sampling: SamplingStats) => void;
  readonly rows: () => readonly TaskRow[];
  readonly row: (taskId: string) => TaskRow | undefined;
  readonly totals: () => Totals;
  readonly feed: Feed;
  readonly hostCpu: Spark;
  readonly totalCpu: Spark;
  readonly totalMemory: Spark;
  readonly host: () => HostStats | undefined;
  readonly fingerprint: () => Fingerprint | undefined;
  readonly sampling: () => SamplingStats | undefined;
}

export function createStore(): Store {
  const rows = new Map<string, TaskRow>();
  const feed = createFeed();
  const [hostCpu, totalCpu, totalMemory] = [createSpark(), createSpark(), createSpark()];
  let alerts: readonly Alert[] = [];
  let host: HostStats | undefined;
  let fingerprint: Fingerprint | undefined;
  let sampling: SamplingStats | undefined;

  const markRows = (): void => {
    rows.forEach((row) => row.alerts.clear());
    alerts.forEach((alert) => rows.get(alert.taskId)?.alerts.set(alert.rule, alert));
  };
  const totals = (): Totals => {
    const all = [...rows.values()];
    const sum = (value: (row: TaskRow) => number | undefined): number =>
      all.reduce((before, row) => before + (value(row) ?? 0), 0);
    return {
      tasks: all.length,
      running: all.filter(({ status }) => status.state === 'running').length,
      exited: all.filter(({ status }) => status.state === 'exited').length,
      cpuCores: sum((row) => row.cpuCores()),
      memoryBytes: sum((row) => row.memoryBytes()),
    };
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
      markRows();
    },
    addSamples(samples) {
      for (const { taskId, usage } of samples) rows.get(taskId)?.addUsage(usage);
      const { cpuCores, memoryBytes } = totals();
      totalCpu.push(cpuCores);
      totalMemory.push(memoryBytes);
    },
    addEvent: (event) => feed.add({ kind: 'event', id: event.id, timeMs: event.timeMs, event }),
    addAlert(alert, id) {
      feed.add({ kind: 'alert', id, timeMs: alert.timeMs, alert });
      const others = alerts.filter(({ taskId, rule }) => taskId !== alert.taskId || rule !== alert.rule);
      alerts = alert.state === 'raised' ? [...others, alert] : others;
      markRows();
    },
    setAlerts(all) {
      alerts = all;
      markRows();
    },
    setHost(next) {
      host = next;
      hostCpu.push(next.cpu.percent);
    },
    setFingerprint: (next) => (fingerprint = next),
    setSampling: (next) => (sampling = next),
    rows: () => [...rows.values()],
    row: (taskId) => rows.get(taskId),
    totals,
    feed,
    hostCpu,
    totalCpu,
    totalMemory,
    host: () => host,
    fingerprint: () => fingerprint,
    sampling: () => sampling,
  };
}
