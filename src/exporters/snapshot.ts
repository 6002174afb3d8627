import { Subscription, tap, type Observable } from 'rxjs';

import type { Driver } from '../driver-interface.ts';
import { isRktError } from '../model/rkt-error.ts';
import type { FieldGroup } from '../model/field-groups.ts';
import type { Fingerprint } from '../model/fingerprint.ts';
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
}

/** A snapshot that is updated continuously. */
export interface SnapshotFeed {
  readonly current: Snapshot;
  /** Another number after every change. */
  readonly version: number;
  close(): void;
}

type Mutable = { -readonly [K in keyof Snapshot]: Snapshot[K] };
type Streams = 'tasks' | 'samples' | 'pods' | 'host' | 'sampling' | 'fingerprint';

const NOTHING: Pick<Snapshot, Streams> = {
  tasks: [],
  samples: [],
  pods: [],
  host: undefined,
  sampling: undefined,
  fingerprint: undefined,
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
  keep('samples', driver.allTaskStats({ intervalMs, groups }));
  keep('pods', driver.pods());
  keep('host', driver.hostStats({ intervalMs: options.hostIntervalMs ?? 10_000 }));
  keep('sampling', driver.samplingStats({ intervalMs }));
  keep('fingerprint', driver.fingerprint());
  return {
    current,
    get version() {
      return version;
    },
    close: () => subscriptions.unsubscribe(),
  };
}

/** A task that was destroyed in the meantime has no job any more. */
export function jobOf(driver: Pick<Driver, 'taskSpec'>, taskId: string): Pick<TaskName, 'job' | 'taskGroup'> {
  const spec = specOf(driver, taskId);
  return { job: spec?.jobName, taskGroup: spec?.taskGroupName };
}

/** What a task was started with; undefined when it was destroyed in the meantime. */
export function specOf(driver: Pick<Driver, 'taskSpec'>, taskId: string): TaskSpec | undefined {
  try {
    return driver.taskSpec(taskId);
  } catch (error) {
    if (isRktError(error)) return undefined;
    throw error;
  }
}
