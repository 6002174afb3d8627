/** Runs work with limited concurrency; the rest waits in the order of the calls. */
export interface WorkQueue {
  /** The number of waiting items. */
  readonly length: number;
  /** Runs `work` when its turn comes; rejects with the signal's reason when that aborts while it waits. */
  run<Result>(work: () => Promise<Result>, signal?: AbortSignal): Promise<Result>;
}

export function createWorkQueue(concurrency: number): WorkQueue {
  const waiting: (() => void)[] = [];
  let running = 0;

  const turn = (signal: AbortSignal | undefined): Promise<void> => {
    if (running < concurrency) {
      running += 1;
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => {
      const giveUp = (): void => {
        waiting.splice(waiting.indexOf(start), 1);
        reject(signal?.reason as Error);
      };
      const start = (): void => {
        signal?.removeEventListener('abort', giveUp);
        resolve();
      };
      waiting.push(start);
      signal?.addEventListener('abort', giveUp, { once: true });
    });
  };

  const done = (): void => {
    const next = waiting.shift();
    // The permit is passed on, not released, so that a newcomer cannot overtake waiting work.
    if (next === undefined) {
      running -= 1;
      return;
    }
    next();
  };

  return {
    get length() {
      return waiting.length;
    },
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
