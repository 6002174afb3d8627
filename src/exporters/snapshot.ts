import { Subscription, tap, type Observable } from 'rxjs';

import type { Driver } from '../driver-interface.ts';
import { isRktError } from '../model/rkt-error.ts';
import type { FieldGroup } from '../model/field-groups.ts';
import type { Fingerprint } from '../model/fingerprint.ts';
import type { FleetHost } from '../model/fleet-host.ts';
import type { HostStats } from '../model/host-stats.ts';
import { silentLogger, type Logger } from '../model/logger.ts';
import type { Pod } from '../model/pod.ts';
import { reasonOf } from '../model/reason-of.ts';
import type { SamplingStats } from '../model/sampling-stats.ts';
import type { TaskSpec } from '../model/task-spec.ts';
import type { TaskStatsSample } from '../model/task-stats.ts';
import type { TaskStatus } from '../model/task-status.ts';
import { createTaskCounters, type TaskName, type TaskCounts } from './task-counters.ts';

/** The part of a driver that an exporter subscribes to. */
export interface WatchOptions {
  /** How often tasks are sampled; 1000 by default, at least 100. */
  readonly intervalMs?: number;
  /** The sampling interval of the machine; 10 000 by default, at least 100. */
  readonly hostIntervalMs?: number;
  /** What is read of each task; {@link EXPORTED_GROUPS} by default. */
  readonly groups?: readonly FieldGroup[];
  /**
   * `false` leaves out the series of each task, pod and machine: of a fleet whose hosts are scraped themselves. True by
   * default.
   */
  readonly eachTask?: boolean;
  /** Silent by default. */
  readonly logger?: Logger;
}

/** All groups except expensive (`processes`, `disk`) and rarely used (`kernelMemory`) ones. */
export const EXPORTED_GROUPS: readonly FieldGroup[] = Object.freeze([
  'cpu',
  'throttling',
  'memory',
  'memoryDetail',
  'limits',
  'io',
  'pids',
  'pressure',
  'network',
]);

/** The latest value of each stream of the driver; undefined before the first, and when the stream has ended. */
export interface Snapshot {
  readonly tasks: readonly TaskStatus[];
  readonly samples: readonly TaskStatsSample[];
  readonly pods: readonly Pod[];
  readonly counters: Iterable<TaskCounts>;
  readonly host: HostStats | undefined;
  readonly sampling: SamplingStats | undefined;
  readonly fingerprint: Fingerprint | undefined;
  /** Of a fleet; empty for one machine. */
  readonly hosts: readonly FleetHost[];
}

/** A snapshot that is updated continuously. */
export interface SnapshotFeed {
  readonly current: Snapshot;
  /** Another number after every change. */
  readonly version: number;
  close(): void;
}

type Mutable = { -readonly [K in keyof Snapshot]: Snapshot[K] };
type Streams = 'tasks' | 'samples' | 'pods' | 'host' | 'sampling' | 'fingerprint' | 'hosts';

const NOTHING: Pick<Snapshot, Streams> = {
  tasks: [],
  samples: [],
  pods: [],
  host: undefined,
  sampling: undefined,
  fingerprint: undefined,
  hosts: [],
};

/** Subscribes to what the exporters show. A stream that ends, or fails, leaves nothing behind. */
export function watchDriver(driver: Driver, options: WatchOptions = {}): SnapshotFeed {
  const { logger = silentLogger, groups = EXPORTED_GROUPS, intervalMs = 1_000 } = options;
  const counters = createTaskCounters((taskId) => jobOf(driver, taskId));
  const current: Mutable = { ...NOTHING, counters: counters.all() };
  const subscriptions = new Subscription();
  let version = 0;
  const keep = <Name extends Streams>(name: Name, values$: Observable<Snapshot[Name]>): void => {
    const put = (value: Snapshot[Name]): void => {
      Object.assign(current, { [name]: value });
      version += 1;
    };
    const end = (): void => put(NOTHING[name] as Snapshot[Name]);
    const onError = (error: unknown): void => {
      logger.warn({ err: error }, `metrics lose ${name}: ${reasonOf(error)}`);
      end();
    };
    subscriptions.add(values$.subscribe({ next: put, error: onError, complete: end }));
  };
  subscriptions.add(
    driver.taskEvents().subscribe({
      next: (event) => {
        counters.count(event);
        version += 1;
      },
      error: (error: unknown) =>
        logger.warn({ err: error }, 'metrics: the events of tasks are no longer counted'),
    }),
  );
  keep('tasks', driver.tasks().pipe(tap((tasks) => counters.know(tasks))));
  if (options.eachTask !== false) {
    keep('samples', driver.allTaskStats({ intervalMs, groups }));
    keep('pods', driver.pods());
    keep('host', driver.hostStats({ intervalMs: options.hostIntervalMs ?? 10_000 }));
  }
  keep('sampling', driver.samplingStats({ intervalMs }));
  keep('fingerprint', driver.fingerprint());
  if (driver.hosts !== undefined) keep('hosts', driver.hosts());
  return {
    current,
    get version() {
      return version;
    },
    close: () => subscriptions.unsubscribe(),
  };
}

/** A task that was destroyed in the meantime has no job any more. */
export function jobOf(driver: Pick<Driver, 'inspectTask'>, taskId: string): Omit<TaskName, 'task'> {
  const status = unlessRefused(() => driver.inspectTask(taskId));
  return { job: status?.jobName, taskGroup: status?.taskGroupName, host: status?.host };
}

/** What a task was started with; undefined when it was destroyed in the meantime, or the driver has no specifications. */
export function specOf(driver: Pick<Driver, 'taskSpec'>, taskId: string): TaskSpec | undefined {
  return unlessRefused(() => driver.taskSpec(taskId));
}

function unlessRefused<T>(call: () => T): T | undefined {
  try {
    return call();
  } catch (error) {
    if (isRktError(error)) return undefined;
    throw error;
  }
}
