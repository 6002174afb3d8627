import type { CommandWorker } from './command-worker.ts';

/** Workers that are started when they are needed, and end when they are not. */
export interface WorkerPool {
  /** Runs `work` with a worker that no other has meanwhile. */
  readonly use: <Result>(work: (worker: CommandWorker) => Promise<Result>) => Promise<Result>;
  /** Ends the idle workers, and from now on each worker after its command. */
  readonly close: () => Promise<void>;
}

export interface WorkerPoolOptions {
  readonly start: () => CommandWorker;
  /** Workers beyond this are started only for a command that has waited for `patienceMs`. */
  readonly size: number;
  readonly patienceMs: number;
  /** A worker that was idle for this long is ended, for its memory. */
  readonly idleMs: number;
}

interface Waiter {
  readonly resolve: (worker: CommandWorker) => void;
  readonly reject: (error: unknown) => void;
  readonly timer: NodeJS.Timeout;
}

export function createWorkerPool({ start, size, patienceMs, idleMs }: WorkerPoolOptions): WorkerPool {
  const idle = createIdleWorkers(idleMs);
  const waiting: Waiter[] = [];
  let busy = 0;

  const begin = (): CommandWorker => {
    const worker = start();
    busy += 1;
    return worker;
  };

  const take = (): Promise<CommandWorker> | CommandWorker => {
    const worker = idle.take();
    if (worker === undefined) return busy < size ? begin() : nextFree();
    busy += 1;
    return worker;
  };

  const nextFree = (): Promise<CommandWorker> =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        waiting.splice(waiting.indexOf(waiter), 1);
        beginFor(waiter);
      }, patienceMs);
      const waiter = { resolve, reject, timer };
      waiting.push(waiter);
    });

  const beginFor = ({ resolve, reject, timer }: Waiter): void => {
    clearTimeout(timer);
    try {
      resolve(begin());
    } catch (error) {
      reject(error);
    }
  };

  const giveBack = (worker: CommandWorker): void => {
    busy -= 1;
    idle.keep(worker);
    if (waiting.length === 0) return;
    const free = idle.take();
    const [next] = waiting.splice(0, 1);
    if (next === undefined) return;
    if (free === undefined) {
      beginFor(next);
      return;
    }
    busy += 1;
    clearTimeout(next.timer);
    next.resolve(free);
  };

  return {
    use: async (work) => {
      const worker = await take();
      try {
        return await work(worker);
      } finally {
        giveBack(worker);
      }
    },
    close: idle.close,
  };
}

interface IdleWorkers {
  /** The one that was idle for the shortest time, so that the others end. */
  readonly take: () => CommandWorker | undefined;
  /** Keeps a worker until it is taken or its time is over; one that must serve no other command is ended. */
  readonly keep: (worker: CommandWorker) => void;
  readonly close: () => Promise<void>;
}

function createIdleWorkers(idleMs: number): IdleWorkers {
  const kept = new Map<CommandWorker, NodeJS.Timeout>();
  let isClosed = false;

  const end = async (worker: CommandWorker): Promise<void> => {
    clearTimeout(kept.get(worker));
    kept.delete(worker);
    await worker.close();
  };

  return {
    take: () => {
      for (const [worker, timer] of [...kept].reverse()) {
        clearTimeout(timer);
        kept.delete(worker);
        if (worker.isUsable) return worker;
      }
      return undefined;
    },
    keep: (worker) => {
      if (isClosed || !worker.isUsable) return void worker.close();
      kept.set(worker, setTimeout(() => void end(worker), idleMs).unref());
    },
    close: async () => {
      isClosed = true;
      await Promise.all([...kept.keys()].map(end));
    },
  };
}
