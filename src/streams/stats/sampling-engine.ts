import { Observable, type Subscription } from 'rxjs';

import { taskNotFound } from '../../model/rkt-error.ts';
import type { GroupMask } from '../../model/field-groups.ts';
import type { SamplingStats } from '../../model/sampling-stats.ts';
import type { TaskResourceUsage, TaskStatsSample } from '../../model/task-stats.ts';
import type { TaskRecord } from '../../registry/task-record.ts';
import type { TaskChange } from '../../registry/task-registry.ts';
import { readCpuFacts } from '../../sources/cpu-facts.ts';
import { Batch } from './batch.ts';
import type { IntervalGroup } from './interval-group.ts';
import { createRounds } from './rounds.ts';
import { createSampler } from './sampler.ts';
import { createCounters } from './stats-counters.ts';
import type { StatsDeps } from './stats-deps.ts';
import type { TaskSource } from './task-source.ts';
import { SingleSubscription, type TaskSubscription } from './task-subscription.ts';
import { WatchedTasks } from './watched-tasks.ts';

/** One ticker for all subscriptions: every task that is due is read once a tick, for all of them. */
export interface SamplingEngine {
  /**
   * Samples of one task: one at once, then one a tick, and a final one when it has exited. Not shared.
   *
   * @throws RKT_ERR_TASK_NOT_FOUND through the stream
   */
  watchTask(taskId: string, intervalMs: number, groups: GroupMask): Observable<TaskResourceUsage>;
  /** One frozen array at once, then one a tick, until shutdown. Not shared. */
  watchAll(intervalMs: number, groups: GroupMask): Observable<readonly TaskStatsSample[]>;
  /** Its statistics so far. */
  stats(): Omit<SamplingStats, 'eventLoopDelay' | 'rkt'>;
}

/**
 * A first sample is read immediately; the tick after it is left out if it would come sooner than this fraction of the
 * interval.
 */
const NEAR_PART = 0.5;
/** Descriptors of files that are read every tick are not closed to make room for those that are read now and then. */
const KEEP_INTERVALS = 2;

/** The engine with these dependencies. Without subscriptions it does nothing and holds nothing open. */
export function createSamplingEngine(deps: StatsDeps, source: TaskSource): SamplingEngine {
  const { registry, scheduler } = deps;
  const counters = createCounters();
  const tasks = new WatchedTasks(source);
  const sample = createSampler({
    ...deps,
    source,
    counters,
    cpu: deps.cpu ?? readCpuFacts(),
    keepMs: () => KEEP_INTERVALS * rounds.shortestMs,
  });
  const rounds = createRounds({ scheduler, sampling: deps.sampling, counters, sample });
  const { groups, firstSamples } = rounds;
  let changes: Subscription | undefined;

  const start = (): void => {
    changes ??= registry.changes$.subscribe({ next: onChange, error: completeAll, complete: completeAll });
  };
  const leave = (group: IntervalGroup): void => {
    groups.dropIfEmpty(group);
    if (!groups.isEmpty || tasks.size > 0) return;
    changes?.unsubscribe();
    changes = undefined;
    rounds.stop();
  };
  const join = (batch: Batch, record: TaskRecord): void => {
    if (record.phase !== 'exited' && !batch.has(record.startToken)) batch.add(tasks.open(record));
  };
  const onChange = ({ kind, record }: TaskChange): void => {
    if (kind === 'added') for (const batch of groups.batches()) join(batch, record);
    const task = tasks.get(record.startToken);
    if (task !== undefined) {
      task.record = record;
      task.isRemoved = kind === 'removed';
    }
    if (kind !== 'removed' && record.phase !== 'exited') return;
    for (const batch of groups.batches()) {
      const subscription = batch.remove(record.startToken);
      if (subscription !== undefined) tasks.drop(subscription);
    }
    if (task === undefined) return;
    for (const subscription of task.subscriptions) if (isSingle(subscription)) subscription.setLast();
    sample(task);
  };
  const completeAll = (): void => {
    for (const batch of groups.batches()) batch.complete();
    const singles = tasks.all().flatMap(({ subscriptions }) => subscriptions.filter(isSingle));
    for (const subscription of singles) subscription.complete();
  };
  const nearMs = (intervalMs: number): number => scheduler.now() + NEAR_PART * intervalMs;

  return {
    watchTask: (taskId, intervalMs, wanted) =>
      new Observable((consumer) => {
        const record = registry.get(taskId);
        if (record === undefined) {
          consumer.error(taskNotFound(taskId));
          return;
        }
        const task = tasks.open(record);
        const order = { task, groups: wanted, notBeforeMs: nearMs(intervalMs) };
        const subscription = new SingleSubscription(order, consumer);
        if (record.phase === 'exited') {
          consumer.add(() => tasks.drop(subscription));
          subscription.setLast();
          sample(task);
          return;
        }
        const group = groups.get(intervalMs);
        group.subscriptions.add(subscription);
        firstSamples.addSubscription(subscription);
        start();
        return () => {
          group.subscriptions.delete(subscription);
          firstSamples.removeSubscription(subscription);
          tasks.drop(subscription);
          leave(group);
        };
      }),
    watchAll: (intervalMs, wanted) =>
      new Observable((consumer) => {
        const batch = new Batch({ groups: wanted, notBeforeMs: nearMs(intervalMs), consumer });
        const group = groups.get(intervalMs);
        group.batches.add(batch);
        firstSamples.addBatch(batch);
        for (const record of registry.list()) join(batch, record);
        start();
        return () => {
          group.batches.delete(batch);
          firstSamples.removeBatch(batch);
          for (const subscription of batch.subscriptions()) tasks.drop(subscription);
          leave(group);
        };
      }),
    stats: () => ({ timestampMs: scheduler.now(), tasks: tasks.size, ...counters, ...source.stats }),
  };
}

function isSingle(subscription: TaskSubscription): subscription is SingleSubscription {
  return subscription instanceof SingleSubscription;
}
