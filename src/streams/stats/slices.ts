import type { SchedulerLike, Subscription } from 'rxjs';

export interface SlicerOptions {
  readonly scheduler: SchedulerLike;
  /** Work after which to yield to the event loop. */
  readonly sliceMs: number;
  /** Real time. */
  readonly workClock: () => number;
  /** Called with the work of each slice. */
  readonly onSlice: (workMs: number) => void;
}

/** Does long work in slices, between which the event loop runs. */
export interface Slicer {
  /**
   * Does `work` for each item; the first slice before it returns, the others spread over `windowMs` from now on.
   *
   * @param onDone called with the amount of work
   */
  run<T>(
    items: readonly T[],
    windowMs: number,
    work: (item: T) => void,
    onDone: (workMs: number) => void,
  ): void;
  /** Cancels everything in progress. */
  stop(): void;
}

/** Reading the clock is not free. */
const ITEMS_PER_CHECK = 4;

export function createSlicer({ scheduler, sliceMs, workClock, onSlice }: SlicerOptions): Slicer {
  const timers = new Set<Subscription>();
  let stops = 0;
  return {
    run(items, windowMs, work, onDone) {
      const beganMs = scheduler.now();
      const stopsBefore = stops;
      let next = 0;
      let allWorkMs = 0;
      let timer: Subscription | undefined;
      const slice = (): void => {
        if (timer !== undefined) timers.delete(timer);
        const startMs = workClock();
        let workMs = 0;
        for (const end = items.length; next < end && workMs < sliceMs && stops === stopsBefore; next += 1) {
          work(items[next] as (typeof items)[number]);
          if (next % ITEMS_PER_CHECK === 0) workMs = workClock() - startMs;
        }
        workMs = workClock() - startMs;
        allWorkMs += workMs;
        onSlice(workMs);
        if (stops !== stopsBefore) return;
        if (next >= items.length) {
          onDone(allWorkMs);
          return;
        }
        const aheadMs = (windowMs * next) / items.length - (scheduler.now() - beganMs);
        timer = scheduler.schedule(slice, Math.min(windowMs, Math.max(0, aheadMs)));
        timers.add(timer);
      };
      slice();
    },
    stop() {
      stops += 1;
      for (const timer of timers) timer.unsubscribe();
      timers.clear();
    },
  };
}
