import type { Fingerprint } from '../../../model/fingerprint.ts';
import type { HostStats } from '../../../model/host-stats.ts';
import type { SamplingStats } from '../../../model/sampling-stats.ts';
import type { TaskEvent } from '../../../model/task-event.ts';
import type { TaskStatsSample } from '../../../model/task-stats.ts';
import type { TaskStatus } from '../../../model/task-status.ts';
import type { Alert } from '../../alerts/alert.ts';
import { createFeed, type Feed } from './feed-items.ts';
import { createSpark, type Spark } from './spark.ts';
import type { TaskRow } from './task-row.ts';
import { createTaskRows, type Totals } from './task-rows.ts';

/** All data of the agent, as the page shows it. */
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
  const rows = createTaskRows();
  const feed = createFeed();
  const [hostCpu, totalCpu, totalMemory] = [createSpark(), createSpark(), createSpark()];
  let host: HostStats | undefined;
  let fingerprint: Fingerprint | undefined;
  let sampling: SamplingStats | undefined;

  return {
    setTasks: rows.setTasks,
    addSamples(samples) {
      rows.addSamples(samples);
      const { cpuCores, memoryBytes } = rows.totals();
      totalCpu.push(cpuCores);
      totalMemory.push(memoryBytes);
    },
    addEvent: (event) => feed.add({ kind: 'event', id: event.id, timeMs: event.timeMs, event }),
    addAlert(alert, id) {
      feed.add({ kind: 'alert', id, timeMs: alert.timeMs, alert });
      rows.addAlert(alert);
    },
    setAlerts: rows.setAlerts,
    setHost(next) {
      host = next;
      hostCpu.push(next.cpu.percent);
    },
    setFingerprint: (next) => (fingerprint = next),
    setSampling: (next) => (sampling = next),
    rows: rows.all,
    row: rows.get,
    totals: rows.totals,
    feed,
    hostCpu,
    totalCpu,
    totalMemory,
    host: () => host,
    fingerprint: () => fingerprint,
    sampling: () => sampling,
  };
}
