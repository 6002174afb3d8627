import type { SchedulerLike } from 'rxjs';

import type { Batch } from './batch.ts';
import { FirstSamples } from './first-samples.ts';
import { IntervalGroups, dueSubscriptions, type IntervalGroup } from './interval-group.ts';
import { DEFAULT_SAMPLING, type SamplingOptions } from './sampling-options.ts';
import { createSlicer, type Slicer } from './slices.ts';
import type { StatsCounters } from './stats-counters.ts';
import type { TaskSubscription, WatchedTask } from './task-subscription.ts';
import { createTicker } from './ticker.ts';

/** Schedules subscriptions: the rounds of the interval groups, and the first samples. */
export interface Rounds {
  readonly groups: IntervalGroups;
  /** Samples at once, and then at every tick of the interval, until the function it returns is called. */
  addSubscription(subscription: TaskSubscription, intervalMs: number): () => void;
  /** The same for all tasks of a batch. */
  addBatch(batch: Batch, intervalMs: number): () => void;
  /** The shortest interval that has a subscription; infinite without any. */
  readonly shortestMs: number;
  /** Cancels everything in progress. */
  stop(): void;
}

export interface RoundsDeps {
  readonly scheduler: SchedulerLike;
  readonly sampling: SamplingOptions | undefined;
  readonly counters: StatsCounters;
  /** Serves the subscriptions of a task that are due. */
  readonly sample: (task: WatchedTask) => void;
}

export function createRounds({ scheduler, sampling, counters, sample }: RoundsDeps): Rounds {
  const { sliceMs, spread, workClock } = { ...DEFAULT_SAMPLING, ...sampling };
  const slicer = createSlicer({
    scheduler,
    sliceMs,
    workClock,
    onSlice(workMs) {
      counters.workMs += workMs;
      counters.longestSliceMs = Math.max(counters.longestSliceMs, workMs);
    },
  });
  const sampleIfDue = ({ isDue, task }: TaskSubscription): void => {
    if (isDue) sample(task);
  };
  const runRound = createRoundRunner({ slicer, workClock, spread, counters, sampleIfDue });
  const ticker = createTicker<IntervalGroup>(scheduler, {
    onTick(ticking, nowMs) {
      // All are marked as due before the first is read, so that a task in two groups is read once.
      const rounds = ticking.map((group) => [group, dueSubscriptions(group, nowMs, counters)] as const);
      for (const [group, due] of rounds) if (due !== undefined) runRound(group, due);
    },
    onLate(_, ticks) {
      counters.skippedTicks += ticks;
    },
  });
  const firstSamples = new FirstSamples(scheduler, (due) => slicer.run(due, 0, sampleIfDue, () => undefined));
  const groups = new IntervalGroups(ticker);
  return {
    groups,
    addSubscription(subscription, intervalMs) {
      const group = groups.get(intervalMs);
      group.subscriptions.add(subscription);
      firstSamples.addSubscription(subscription);
      return () => {
        group.subscriptions.delete(subscription);
        firstSamples.removeSubscription(subscription);
        groups.dropIfEmpty(group);
      };
    },
    addBatch(batch, intervalMs) {
      const group = groups.get(intervalMs);
      group.batches.add(batch);
      firstSamples.addBatch(batch);
      return () => {
        group.batches.delete(batch);
        firstSamples.removeBatch(batch);
        groups.dropIfEmpty(group);
      };
    },
    get shortestMs() {
      return ticker.shortestMs;
    },
    stop() {
      firstSamples.stop();
      slicer.stop();
    },
  };
}

/** Reads the due tasks of a group, spread over a part of its interval. */
function createRoundRunner(deps: {
  readonly slicer: Slicer;
  readonly workClock: () => number;
  readonly spread: number;
  readonly counters: StatsCounters;
  readonly sampleIfDue: (subscription: TaskSubscription) => void;
}): (group: IntervalGroup, due: readonly TaskSubscription[]) => void {
  const { slicer, workClock, spread, counters, sampleIfDue } = deps;
  return (group, due) => {
    const { intervalMs } = group;
    const beganMs = workClock();
    counters.ticks += 1;
    group.isBusy = true;
    slicer.run(due, spread * intervalMs, sampleIfDue, (workMs) => {
      group.isBusy = false;
      const durationMs = workClock() - beganMs;
      counters.lastTick = Object.freeze({ intervalMs, tasks: due.length, durationMs, workMs });
    });
  };
}
