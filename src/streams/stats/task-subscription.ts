import type { Subscriber } from 'rxjs';

import type { GroupMask } from '../../model/field-groups.ts';
import type { TaskResourceUsage } from '../../model/task-stats.ts';
import type { TaskRecord } from '../../registry/task-record.ts';
import type { OpenTask } from './task-reading.ts';
import type { Meter } from './usage-meter.ts';

/** One start of a task that has subscriptions. */
export interface WatchedTask {
  readonly id: string;
  readonly startToken: string;
  /** As the registry has it now. */
  record: TaskRecord;
  /** What its source holds open. */
  readonly source: OpenTask;
  subscriptions: TaskSubscription[];
  /** The registry does not know it any more: there is nothing left to read. */
  isRemoved: boolean;
  /** An asynchronous read is in progress. */
  isReading: boolean;
}

/** The request of a subscription. */
export interface SubscriptionOrder {
  readonly task: WatchedTask;
  readonly groups: GroupMask;
  /** Ticks before this are too close to the first sample. */
  readonly notBeforeMs: number;
}

/** The samples of one task for one consumer, which registers itself with its task. It alone decides whether it is due. */
export abstract class TaskSubscription implements Meter {
  readonly task: WatchedTask;
  readonly groups: GroupMask;
  readonly notBeforeMs: number;
  baseline: TaskResourceUsage | undefined = undefined;
  version = 0;
  #isDue = false;

  constructor({ task, groups, notBeforeMs }: SubscriptionOrder) {
    this.task = task;
    this.groups = groups;
    this.notBeforeMs = notBeforeMs;
    // An array that grows by push keeps space for sixteen more; most tasks have one subscription.
    if (task.subscriptions.length === 0) task.subscriptions = [this];
    else task.subscriptions.push(this);
  }

  /** The next read of the task serves it. */
  get isDue(): boolean {
    return this.#isDue;
  }

  setDue(): void {
    this.#isDue = true;
  }

  /** It is served, or not wanted any more. */
  clearDue(): void {
    this.#isDue = false;
  }

  /** False for a subscription that has to be served by a later read when a read is in progress at its tick. */
  abstract readonly canSkip: boolean;

  /** Receives the sample of this read; undefined when there is none. */
  abstract deliver(usage: TaskResourceUsage | undefined): void;
}

/** A subscription to one task. */
export class SingleSubscription extends TaskSubscription {
  readonly #consumer: Subscriber<TaskResourceUsage>;
  #isLast = false;

  constructor(order: SubscriptionOrder, consumer: Subscriber<TaskResourceUsage>) {
    super(order);
    this.#consumer = consumer;
  }

  get canSkip(): boolean {
    return !this.#isLast;
  }

  /** The task has ended: the next sample is the last. */
  setLast(): void {
    this.#isLast = true;
    this.setDue();
  }

  deliver(usage: TaskResourceUsage | undefined): void {
    if (usage !== undefined) this.#consumer.next(usage);
    if (this.#isLast) this.#consumer.complete();
  }

  complete(): void {
    this.#consumer.complete();
  }
}
