import type { TaskSpec } from '../../model/task-spec.ts';
import type { TaskRecord } from '../../registry/task-record.ts';
import type { CpuFacts } from '../../sources/cpu-facts.ts';
import type { StatsCounters } from './stats-counters.ts';
import type { StatsDeps } from './stats-deps.ts';
import type { Reading } from './task-reading.ts';
import type { TaskSource } from './task-source.ts';
import type { TaskSubscription, WatchedTask } from './task-subscription.ts';
import { measure } from './usage-meter.ts';
import { dueGroups, skipDue, takeDue } from './watched-tasks.ts';

export interface SamplerDeps extends Pick<StatsDeps, 'registry' | 'scheduler' | 'logger' | 'onDegraded'> {
  readonly source: TaskSource;
  readonly counters: StatsCounters;
  readonly cpu: CpuFacts;
  /** How long a descriptor is protected from eviction. */
  readonly keepMs: () => number;
}

/**
 * Samples tasks: reads what is due for a task once, and delivers to each due subscription its sample.
 *
 * Never throws: failures are counted, and the first of each start of a task is reported. A subscription that is due
 * while a read is in progress skips this tick; one that cannot skip is served by another read afterwards.
 */
export function createSampler(deps: SamplerDeps): (task: WatchedTask) => void {
  const { scheduler, source, counters, cpu, keepMs } = deps;
  const report = createReport(deps);

  const serve = (due: readonly TaskSubscription[], reading: Reading, record: TaskRecord): void => {
    if (reading.degradedBy !== undefined && isLive(deps, record)) report(record, reading.degradedBy);
    const timestampMs = scheduler.now();
    for (const subscription of due) {
      const usage = measure(subscription, reading, { timestampMs, cpu });
      counters[usage === undefined ? 'droppedSamples' : 'samples'] += 1;
      subscription.deliver(usage);
    }
  };
  const fail = (due: readonly TaskSubscription[], record: TaskRecord, error: unknown): void => {
    // While a task starts or exits its files disappear: that is not a failure.
    if (isLive(deps, record)) {
      counters.failedSamples += due.length;
      report(record, error);
    }
    for (const subscription of due) subscription.deliver(undefined);
  };
  const wait = (task: WatchedTask, due: readonly TaskSubscription[], reading: Promise<Reading>): void => {
    const { record } = task;
    task.isReading = true;
    const end = (how: () => void): void => {
      task.isReading = false;
      how();
      if (task.subscriptions.some(({ isDue }) => isDue)) sample(task);
    };
    reading.then(
      (done) => end(() => serve(due, done, record)),
      (error: unknown) => end(() => fail(due, record, error)),
    );
  };
  const sample = (task: WatchedTask): void => {
    if (task.isReading) {
      counters.skippedTicks += skipDue(task);
      return;
    }
    const groups = dueGroups(task);
    const due = takeDue(task);
    if (due.length === 0) return;
    const { record } = task;
    if (!hasSource(record) || task.isRemoved) {
      for (const subscription of due) subscription.deliver(undefined);
      return;
    }
    try {
      const reading = source.read(task.source, record, { groups, nowMs: scheduler.now(), keepMs: keepMs() });
      if (reading instanceof Promise) wait(task, [...due], reading);
      else serve(due, reading, record);
    } catch (error) {
      fail(due, record, error);
    }
  };
  return sample;
}

function hasSource({ cgroupPaths, process }: TaskRecord): boolean {
  return cgroupPaths.length > 0 || process !== undefined;
}

function isLive({ registry }: Pick<StatsDeps, 'registry'>, { id, startToken }: TaskRecord): boolean {
  const now = registry.get(id);
  return now?.startToken === startToken && (now.phase === 'running' || now.phase === 'stopping');
}

/** Reports degraded stats of a task, once per start: a record keeps its spec throughout. */
function createReport({
  logger,
  onDegraded,
}: Pick<StatsDeps, 'logger' | 'onDegraded'>): (record: TaskRecord, error: unknown) => void {
  const degraded = new WeakSet<TaskSpec>();
  return ({ id, spec }, error) => {
    if (degraded.has(spec)) return;
    degraded.add(spec);
    logger.warn({ taskId: id, err: error }, 'stats of a task are degraded');
    try {
      onDegraded(id, error);
    } catch (refusal) {
      // The registry may have been closed, or the task removed, during the read.
      logger.debug({ taskId: id, err: refusal }, 'degraded stats could not be reported');
    }
  };
}
