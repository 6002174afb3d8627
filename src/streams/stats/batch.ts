import type { Subscriber } from 'rxjs';

import type { GroupMask } from '../../model/field-groups.ts';
import type { TaskResourceUsage, TaskStatsSample } from '../../model/task-stats.ts';
import { TaskSubscription, type SubscriptionOrder, type WatchedTask } from './task-subscription.ts';

/** The request of a batch. */
export interface BatchOrder {
  readonly groups: GroupMask;
  /** Ticks before this are too close to the first array. */
  readonly notBeforeMs: number;
  readonly consumer: Subscriber<readonly TaskStatsSample[]>;
}

/** All tasks for one consumer: one array per tick, sent after its last task. */
export class Batch {
  readonly groups: GroupMask;
  readonly notBeforeMs: number;
  readonly #consumer: BatchOrder['consumer'];
  /** By start of task, in the order of the registry. */
  readonly #subscriptions = new Map<string, BatchSubscription>();
  #samples: (TaskStatsSample | undefined)[] = [];
  #missing = 0;

  constructor({ groups, notBeforeMs, consumer }: BatchOrder) {
    this.groups = groups;
    this.notBeforeMs = notBeforeMs;
    this.#consumer = consumer;
  }

  has(startToken: string): boolean {
    return this.#subscriptions.has(startToken);
  }

  /** Adds a task, from the next array on. */
  add(task: WatchedTask): void {
    this.#subscriptions.set(task.startToken, new BatchSubscription(this, task));
  }

  /** Removes a task, also from the pending array; returns its subscription. */
  remove(startToken: string): TaskSubscription | undefined {
    const subscription = this.#subscriptions.get(startToken);
    if (subscription === undefined) return undefined;
    this.#subscriptions.delete(startToken);
    if (subscription.isAwaited) subscription.deliver(undefined);
    else if (this.isPending) this.#samples[subscription.index] = undefined;
    return subscription;
  }

  subscriptions(): readonly TaskSubscription[] {
    return [...this.#subscriptions.values()];
  }

  /** The last array still waits for some tasks. */
  get isPending(): boolean {
    return this.#missing > 0;
  }

  /** Begins an array: every task is due. */
  begin(): readonly TaskSubscription[] {
    const subscriptions = [...this.#subscriptions.values()];
    this.#samples = new Array<TaskStatsSample | undefined>(subscriptions.length).fill(undefined);
    this.#missing = subscriptions.length;
    subscriptions.forEach((subscription, index) => subscription.await(index));
    if (!this.isPending) this.#send();
    return subscriptions;
  }

  /** A task that could not be measured is left out of the array. */
  put(index: number, sample: TaskStatsSample | undefined): void {
    this.#samples[index] = sample;
    this.#missing -= 1;
    if (!this.isPending) this.#send();
  }

  complete(): void {
    this.#consumer.complete();
  }

  #send(): void {
    const samples = this.#samples;
    this.#samples = [];
    this.#consumer.next(Object.freeze(samples.filter((sample) => sample !== undefined)));
  }
}

/** A task within a batch. An array waits for each of its tasks, so none can be skipped. */
class BatchSubscription extends TaskSubscription {
  readonly #batch: Batch;
  readonly canSkip = false;
  /** Its index in the pending array. */
  index = 0;
  isAwaited = false;

  constructor(batch: Batch, task: SubscriptionOrder['task']) {
    super({ task, groups: batch.groups, notBeforeMs: batch.notBeforeMs });
    this.#batch = batch;
  }

  await(index: number): void {
    this.index = index;
    this.isAwaited = true;
    this.setDue();
  }

  deliver(usage: TaskResourceUsage | undefined): void {
    if (!this.isAwaited) return;
    this.isAwaited = false;
    this.#batch.put(this.index, usage && Object.freeze({ taskId: this.task.id, usage }));
  }
}
