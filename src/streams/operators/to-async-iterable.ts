import type { Observable, Subscription } from 'rxjs';

import { boundedBuffer } from './bounded-buffer.ts';

/** The number of buffered values for a slow consumer before the oldest is dropped. */
export const DEFAULT_ITERABLE_LIMIT = 1_000;

export interface AsyncIterableOptions<T> {
  readonly limit?: number;
  /** Called with each dropped value and the number of dropped values so far. */
  readonly onDrop?: (value: T, droppedSoFar: number) => void;
}

interface Waiter<T> {
  readonly resolve: (result: IteratorResult<T, undefined>) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * The values of a stream for `for await`, with a bounded queue in between.
 *
 * The source is subscribed when iteration begins, once an iterator, and unsubscribed when the loop is left in any way.
 * A consumer that is more than `limit` values behind loses the oldest. Values that wait are delivered before the
 * source's completion or error.
 *
 * @example
 * for await (const { kind, taskId } of toAsyncIterable(driver.taskEvents())) {
 *   console.log(kind, taskId);
 * }
 */
export function toAsyncIterable<T>(
  source$: Observable<T>,
  { limit = DEFAULT_ITERABLE_LIMIT, onDrop }: AsyncIterableOptions<T> = {},
): AsyncIterable<T> {
  return { [Symbol.asyncIterator]: () => iterate(source$, limit, onDrop) };
}

function iterate<T>(
  source$: Observable<T>,
  limit: number,
  onDrop: AsyncIterableOptions<T>['onDrop'],
): AsyncIterator<T, undefined> {
  const buffer = boundedBuffer<T>(limit, onDrop);
  const waiters: Waiter<T>[] = [];
  let subscription: Subscription | undefined;
  let end: ((waiter: Waiter<T>) => void) | undefined;

  const finish = (how: (waiter: Waiter<T>) => void): void => {
    end ??= how;
    waiters.splice(0).forEach(end);
  };
  const start = (): Subscription =>
    source$.subscribe({
      next(value) {
        const waiter = waiters.shift();
        if (waiter === undefined) buffer.push(value);
        else waiter.resolve({ done: false, value });
      },
      error(error: unknown) {
        let isDelivered = false;
        finish((waiter) => {
          if (isDelivered) done(waiter);
          else waiter.reject(error);
          isDelivered = true;
        });
      },
      complete: () => finish(done),
    });

  return {
    next: () =>
      new Promise((resolve, reject) => {
        const waiter = { resolve, reject };
        if (buffer.size > 0) resolve({ done: false, value: buffer.shift() as T });
        else if (end !== undefined) end(waiter);
        else {
          waiters.push(waiter);
          subscription ??= start();
        }
      }),
    return: () => {
      subscription?.unsubscribe();
      while (buffer.size > 0) buffer.shift();
      finish(done);
      return Promise.resolve({ done: true, value: undefined });
    },
  };
}

function done<T>(waiter: Waiter<T>): void {
  waiter.resolve({ done: true, value: undefined });
}
