import { Observable, type MonoTypeOperatorFunction, type SchedulerLike, type Subscription } from 'rxjs';

export interface SlicesOptions {
  /** Work after which to yield to the event loop, in ms. */
  readonly sliceMs: number;
  readonly scheduler: SchedulerLike;
  /** Real time: the work is what the subscriber does with a value. */
  readonly workClock?: () => number;
}

/**
 * Passes each value on immediately, in order, while the subscriber has worked for less than a slice in this turn of
 * the event loop; the others wait for the next turns.
 */
export function inSlices<T>(options: SlicesOptions): MonoTypeOperatorFunction<T> {
  const { sliceMs, scheduler, workClock = () => performance.now() } = options;
  return (source) =>
    new Observable<T>((subscriber) => {
      const waiting: T[] = [];
      let turn: Subscription | undefined;
      let workMs = 0;
      let isComplete = false;
      const pass = (value: T): void => {
        const beganMs = workClock();
        subscriber.next(value);
        workMs += workClock() - beganMs;
      };
      const drain = (): void => {
        workMs = 0;
        let passed = 0;
        while (passed < waiting.length && workMs < sliceMs && !subscriber.closed) {
          pass(waiting[passed] as T);
          passed += 1;
        }
        waiting.splice(0, passed);
        turn = passed > 0 ? scheduler.schedule(drain) : undefined;
        if (isComplete && waiting.length === 0) subscriber.complete();
      };
      const values = source.subscribe({
        next(value) {
          turn ??= scheduler.schedule(drain);
          if (waiting.length > 0 || workMs >= sliceMs) waiting.push(value);
          else pass(value);
        },
        error: (error: unknown) => subscriber.error(error),
        complete() {
          isComplete = true;
          if (waiting.length === 0) subscriber.complete();
        },
      });
      return () => {
        values.unsubscribe();
        turn?.unsubscribe();
      };
    });
}
