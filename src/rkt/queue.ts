import { BehaviorSubject, type Observable } from 'rxjs';

/** Lets at most so many pieces of work run at once; the others wait in the order they came. */
export interface WorkQueue {
  /** How many wait. */
  readonly length: number;
  readonly length$: Observable<number>;
  /** Runs `work` when its turn comes; rejects with the signal's reason when that aborts while it waits. */
  run<Result>(work: () => Promise<Result>, signal?: AbortSignal): Promise<Result>;
}

export function createWorkQueue(concurrency: number): WorkQueue {
  const waiting: (() => void)[] = [];
  const length$ = new BehaviorSubject(0);
  let running = 0;

  const turn = (signal: AbortSignal | undefined): Promise<void> => {
    if (running < concurrency) {
      running += 1;
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => {
      const giveUp = (): void => {
        waiting.splice(waiting.indexOf(start), 1);
        length$.next(waiting.length);
        reject(signal?.reason as Error);
      };
      const start = (): void => {
        signal?.removeEventListener('abort', giveUp);
        resolve();
      };
      waiting.push(start);
      length$.next(waiting.length);
      signal?.addEventListener('abort', giveUp, { once: true });
    });
  };

  const done = (): void => {
    const next = waiting.shift();
    // The place is handed on, not freed, so that a newcomer cannot overtake those that wait.
    if (next === undefined) {
      running -= 1;
      return;
    }
    length$.next(waiting.length);
    next();
  };

  return {
    get length() {
      return waiting.length;
    },
    length$: length$.asObservable(),
    async run(work, signal) {
      signal?.throwIfAborted();
      await turn(signal);
      try {
        return await work();
      } finally {
        done();
      }
    },
  };
}
