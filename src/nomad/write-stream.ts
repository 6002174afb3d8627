import type { ServerWritableStream } from '@grpc/grpc-js';
import { Subscription, type Observable } from 'rxjs';

import type { Logger } from '../model/logger.ts';
import { boundedBuffer } from '../streams/operators/bounded-buffer.ts';
import { failure } from './to-grpc-error.ts';

export interface WriteStreamOptions {
  /** How many values are buffered for a slow host before the oldest is dropped. */
  readonly limit: number;
  /** What the values are, for the log. */
  readonly what: string;
  readonly logger: Logger;
}

/** Of a stream of the plugin's, what writing to it takes. */
export type WritableCall<T> = Pick<
  ServerWritableStream<unknown, T>,
  'cancelled' | 'write' | 'end' | 'on' | 'off' | 'emit'
>;

/**
 * Sends a stream to the host with backpressure: beyond the `limit` of buffered values, the oldest are dropped.
 *
 * The end and the error of the source come after the buffered values. When the call is cancelled, or its connection
 * is lost, the source is unsubscribed and the buffer is dropped.
 */
export function writeStream<T>(
  source$: Observable<T>,
  call: WritableCall<T>,
  { limit, what, logger }: WriteStreamOptions,
): void {
  if (call.cancelled) return;
  const buffer = boundedBuffer<T>(limit, (_, dropped) => {
    if (dropped === 1) logger.warn({ limit }, `The host reads slowly: ${what} are dropped`);
  });
  const subscription = new Subscription();
  let isFull = false;
  let finish: (() => void) | undefined;

  const flush = (): void => {
    while (!isFull && buffer.size > 0) isFull = !call.write(buffer.shift() as T);
    if (buffer.size === 0) finish?.();
  };
  const drained = (): void => {
    isFull = false;
    flush();
  };
  const release = (): void => {
    finish = undefined;
    subscription.unsubscribe();
    while (buffer.size > 0) buffer.shift();
    call.off('drain', drained);
  };
  const finishWith = (last: () => void): void => {
    finish = () => {
      release();
      last();
    };
    flush();
  };

  call.on('drain', drained);
  for (const event of ['cancelled', 'close', 'error'] as const) call.on(event, release);
  subscription.add(
    source$.subscribe({
      next(value) {
        buffer.push(value);
        flush();
      },
      error: (error: unknown) => finishWith(() => call.emit('error', failure(error))),
      complete: () => finishWith(() => call.end()),
    }),
  );
}
