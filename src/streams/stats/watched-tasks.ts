import type { GroupMask } from '../../model/field-groups.ts';
import type { TaskRecord } from '../../registry/task-record.ts';
import type { TaskSource } from './task-source.ts';
import type { TaskSubscription, WatchedTask } from './task-subscription.ts';

/** The tasks that have subscriptions, by start. What their source holds open is closed with the last subscription. */
export class WatchedTasks {
  readonly #tasks = new Map<string, WatchedTask>();
  readonly #source: TaskSource;

  constructor(source: TaskSource) {
    this.#source = source;
  }

  get size(): number {
    return this.#tasks.size;
  }

  get(startToken: string): WatchedTask | undefined {
    return this.#tasks.get(startToken);
  }

  all(): readonly WatchedTask[] {
    return [...this.#tasks.values()];
  }

  /** The task of a record, for a subscription that is about to be added. */
  open(record: TaskRecord): WatchedTask {
    const { id, startToken } = record;
    const present = this.#tasks.get(startToken);
    if (present !== undefined) return present;
    const source = this.#source.open();
    const task = { id, startToken, record, source, subscriptions: [], isRemoved: false, isReading: false };
    this.#tasks.set(startToken, task);
    return task;
  }

  /** Removes a subscription from its task. */
  drop(subscription: TaskSubscription): void {
    const { startToken, subscriptions, source } = subscription.task;
    const index = subscriptions.indexOf(subscription);
    subscription.clearDue();
    if (index < 0) return;
    subscriptions.splice(index, 1);
    if (subscriptions.length > 0) return;
    this.#source.close(source);
    this.#tasks.delete(startToken);
  }
}

/** The groups that are due for a task: what its next read has to read. */
export function dueGroups({ subscriptions }: WatchedTask): GroupMask {
  let groups = 0;
  for (const subscription of subscriptions) if (subscription.isDue) groups |= subscription.groups;
  return groups;
}

/** The subscriptions that are due, which then are so no more. Most tasks have one: then no array is made. */
export function takeDue({ subscriptions }: WatchedTask): readonly TaskSubscription[] {
  const [first] = subscriptions;
  if (subscriptions.length === 1 && first?.isDue === true) {
    first.clearDue();
    return subscriptions;
  }
  const due = subscriptions.filter(({ isDue }) => isDue);
  for (const subscription of due) subscription.clearDue();
  return due;
}

/** Skips the tick for those subscriptions that can; returns their number. */
export function skipDue({ subscriptions }: WatchedTask): number {
  let skipped = 0;
  for (const subscription of subscriptions) {
    if (!subscription.isDue || !subscription.canSkip) continue;
    subscription.clearDue();
    skipped += 1;
  }
  return skipped;
}
