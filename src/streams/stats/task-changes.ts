import type { Subscription } from 'rxjs';

import type { TaskChange } from '../../registry/task-change.ts';
import type { TaskRecord } from '../../registry/task-record.ts';
import type { TaskRegistry } from '../../registry/task-registry.ts';
import type { Batch } from './batch.ts';
import type { IntervalGroups } from './interval-group.ts';
import { SingleSubscription, type TaskSubscription, type WatchedTask } from './task-subscription.ts';
import type { WatchedTasks } from './watched-tasks.ts';

export interface TaskChangesDeps {
  readonly registry: Pick<TaskRegistry, 'changes$'>;
  readonly tasks: WatchedTasks;
  readonly groups: IntervalGroups;
  /** Serves the subscriptions of a task that are due. */
  readonly sample: (task: WatchedTask) => void;
}

/**
 * Applies the changes of the registry to what is sampled: a new task joins every batch, one that has ended gets its last
 * sample, and at shutdown everything completes.
 */
export class TaskChanges {
  readonly #deps: TaskChangesDeps;
  #subscription: Subscription | undefined;

  constructor(deps: TaskChangesDeps) {
    this.#deps = deps;
  }

  /** Follows the registry from now on. */
  start(): void {
    this.#subscription ??= this.#deps.registry.changes$.subscribe({
      next: (change) => this.#apply(change),
      error: () => this.#completeAll(),
      complete: () => this.#completeAll(),
    });
  }

  stop(): void {
    this.#subscription?.unsubscribe();
    this.#subscription = undefined;
  }

  /** Adds a task to a batch, unless it has exited. */
  join(batch: Batch, record: TaskRecord): void {
    if (record.phase !== 'exited' && !batch.has(record.startToken)) batch.add(this.#deps.tasks.open(record));
  }

  #apply({ kind, record }: TaskChange): void {
    const { tasks, groups } = this.#deps;
    if (kind === 'added') for (const batch of groups.batches()) this.join(batch, record);
    const task = tasks.get(record.startToken);
    if (task !== undefined) {
      task.record = record;
      task.isRemoved = kind === 'removed';
    }
    if (kind === 'removed' || record.phase === 'exited') this.#end(record, task);
  }

  #end({ startToken }: TaskRecord, task: WatchedTask | undefined): void {
    const { tasks, groups, sample } = this.#deps;
    for (const batch of groups.batches()) {
      const subscription = batch.remove(startToken);
      if (subscription !== undefined) tasks.drop(subscription);
    }
    if (task === undefined) return;
    for (const subscription of task.subscriptions) if (isSingle(subscription)) subscription.setLast();
    sample(task);
  }

  #completeAll(): void {
    const { tasks, groups } = this.#deps;
    for (const batch of groups.batches()) batch.complete();
    const singles = tasks.all().flatMap(({ subscriptions }) => subscriptions.filter(isSingle));
    for (const subscription of singles) subscription.complete();
  }
}

function isSingle(subscription: TaskSubscription): subscription is SingleSubscription {
  return subscription instanceof SingleSubscription;
}
