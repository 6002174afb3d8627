import type { SchedulerLike, Subscription } from 'rxjs';

import type { Batch } from './batch.ts';
import type { TaskSubscription } from './task-subscription.ts';

/**
 * Gives new subscriptions their first sample immediately: together for all that were added in the same turn of the
 * event loop.
 */
export class FirstSamples {
  readonly #subscriptions = new Set<TaskSubscription>();
  readonly #batches = new Set<Batch>();
  readonly #scheduler: SchedulerLike;
  readonly #read: (due: readonly TaskSubscription[]) => void;
  #scheduled: Subscription | undefined;

  /** @param read reads the tasks of these subscriptions, which are due */
  constructor(scheduler: SchedulerLike, read: (due: readonly TaskSubscription[]) => void) {
    this.#scheduler = scheduler;
    this.#read = read;
  }

  addSubscription(subscription: TaskSubscription): void {
    this.#subscriptions.add(subscription);
    this.#schedule();
  }

  addBatch(batch: Batch): void {
    this.#batches.add(batch);
    this.#schedule();
  }

  removeSubscription(subscription: TaskSubscription): void {
    this.#subscriptions.delete(subscription);
  }

  removeBatch(batch: Batch): void {
    this.#batches.delete(batch);
  }

  stop(): void {
    this.#scheduled?.unsubscribe();
    this.#scheduled = undefined;
  }

  #schedule(): void {
    this.#scheduled ??= this.#scheduler.schedule(() => {
      this.#scheduled = undefined;
      for (const subscription of this.#subscriptions) subscription.setDue();
      const due = [...[...this.#batches].flatMap((batch) => batch.begin()), ...this.#subscriptions];
      this.#batches.clear();
      this.#subscriptions.clear();
      this.#read(due);
    });
  }
}
