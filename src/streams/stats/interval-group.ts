import type { Batch } from './batch.ts';
import type { TaskSubscription } from './task-subscription.ts';
import type { Ticker, Ticking } from './ticker.ts';

/** All subscriptions of one interval. */
export interface IntervalGroup extends Ticking {
  readonly subscriptions: Set<TaskSubscription>;
  readonly batches: Set<Batch>;
  /** Some tasks of the last tick have not been read yet. */
  isBusy: boolean;
}

/** The interval groups that have subscriptions, by interval; a group ticks while it has any. */
export class IntervalGroups {
  readonly #groups = new Map<number, IntervalGroup>();
  readonly #ticker: Ticker<IntervalGroup>;

  constructor(ticker: Ticker<IntervalGroup>) {
    this.#ticker = ticker;
  }

  get isEmpty(): boolean {
    return this.#groups.size === 0;
  }

  get(intervalMs: number): IntervalGroup {
    const present = this.#groups.get(intervalMs);
    if (present !== undefined) return present;
    const group = {
      intervalMs,
      nextMs: 0,
      subscriptions: new Set<never>(),
      batches: new Set<never>(),
      isBusy: false,
    };
    this.#groups.set(intervalMs, group);
    this.#ticker.add(group);
    return group;
  }

  /** Drops a group that has no subscription any more. */
  dropIfEmpty(group: IntervalGroup): void {
    if (group.subscriptions.size > 0 || group.batches.size > 0) return;
    this.#groups.delete(group.intervalMs);
    this.#ticker.remove(group);
  }

  batches(): readonly Batch[] {
    return [...this.#groups.values()].flatMap(({ batches }) => [...batches]);
  }
}

/** Makes the subscriptions of a group due; undefined when its last round is still in progress. */
export function dueSubscriptions(
  group: IntervalGroup,
  nowMs: number,
  counters: { skippedTicks: number },
): readonly TaskSubscription[] | undefined {
  if (group.isBusy) {
    counters.skippedTicks += 1;
    return undefined;
  }
  const due: TaskSubscription[] = [];
  for (const batch of group.batches) {
    if (batch.isPending) counters.skippedTicks += 1;
    else if (batch.notBeforeMs <= nowMs) for (const subscription of batch.begin()) due.push(subscription);
  }
  for (const subscription of group.subscriptions) {
    if (subscription.notBeforeMs > nowMs) continue;
    subscription.setDue();
    due.push(subscription);
  }
  return due;
}
