import { Observable } from 'rxjs';

import { taskNotFound } from '../../model/rkt-error.ts';
import type { GroupMask } from '../../model/field-groups.ts';
import type { SamplingStats } from '../../model/sampling-stats.ts';
import type { TaskResourceUsage, TaskStatsSample } from '../../model/task-stats.ts';
import { readCpuFacts } from '../../sources/cpu-facts.ts';
import { Batch } from './batch.ts';
import { createRounds } from './rounds.ts';
import { createSampler } from './sampler.ts';
import { createCounters } from './stats-counters.ts';
import type { StatsDeps } from './stats-deps.ts';
import type { TaskSource } from './task-source.ts';
import { TaskChanges } from './task-changes.ts';
import { SingleSubscription } from './task-subscription.ts';
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
/** Descriptors of files that are read every tick are not evicted for those that are read now and then. */
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
  const changes = new TaskChanges({ registry, tasks, groups: rounds.groups, sample });

  const stopIfIdle = (): void => {
    if (!rounds.groups.isEmpty || tasks.size > 0) return;
    changes.stop();
    rounds.stop();
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
        const remove = rounds.addSubscription(subscription, intervalMs);
        changes.start();
        return () => {
          remove();
          tasks.drop(subscription);
          stopIfIdle();
        };
      }),
    watchAll: (intervalMs, wanted) =>
      new Observable((consumer) => {
        const batch = new Batch({ groups: wanted, notBeforeMs: nearMs(intervalMs), consumer });
        const remove = rounds.addBatch(batch, intervalMs);
        for (const record of registry.list()) changes.join(batch, record);
        changes.start();
        return () => {
          remove();
          for (const subscription of batch.subscriptions()) tasks.drop(subscription);
          stopIfIdle();
        };
      }),
    stats: () => ({ timestampMs: scheduler.now(), tasks: tasks.size, ...counters, ...source.stats }),
  };
}
