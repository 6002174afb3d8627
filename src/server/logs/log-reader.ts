import type { Driver } from '../../driver-interface.ts';
import type { Logger } from '../../model/logger.ts';
import { RktError } from '../../model/rkt-error.ts';
import { HEARTBEAT, frame } from '../sse/sse-frame.ts';
import type { StreamReader, StreamReaders } from '../sse/stream-readers.ts';
import type { Sink } from '../sse/sse-client.ts';

export interface LogReaderDeps {
  /** Without it the reading ends by itself when the task has exited. */
  readonly driver?: Pick<Driver, 'waitTask'>;
  readonly logger: Logger;
  readonly taskId: string;
  readonly sink: Sink & { readonly onGone: (listener: () => void) => void };
  readonly readers: StreamReaders;
}

/**
 * A reader of a log: `follow` writes until the signal aborts, which it does when the task of the driver has exited, the server
 * closes or the reader leaves. `write` resolves when the reader can take more, and rejects when it has left.
 */
export function logReader(
  { driver, logger, taskId, sink, readers }: LogReaderDeps,
  follow: (write: (bytes: Buffer) => Promise<void>, over: AbortSignal) => Promise<void>,
): void {
  const over = new AbortController();
  let drained = (): void => undefined;
  let isGone = false;
  let blockedSinceMs: number | undefined;
  const write = async (bytes: Buffer): Promise<void> => {
    // ends the following, which would read on to the end of a file that may grow without one
    if (isGone) throw new RktError('RKT_ERR_LOGS', 'the client has left');
    if (sink.write(bytes)) return;
    blockedSinceMs = Date.now();
    await new Promise<void>((resolve) => {
      drained = resolve;
    });
  };
  const stop = (): void => over.abort();
  const exit = driver?.waitTask(taskId).subscribe({ error: stop, complete: stop });
  const reader: StreamReader = {
    get blockedSinceMs() {
      return blockedSinceMs;
    },
    heartbeat: () => {
      if (blockedSinceMs === undefined && !sink.write(HEARTBEAT)) blockedSinceMs = Date.now();
    },
    end: stop,
    destroy: () => sink.destroy(),
  };
  readers.add(reader);
  sink.onDrain(() => {
    blockedSinceMs = undefined;
    drained();
  });
  sink.onGone(() => {
    isGone = true;
    drained();
    stop();
    exit?.unsubscribe();
    readers.delete(reader);
  });
  follow(write, over.signal)
    .catch((error: unknown) => {
      if (!isGone) logger.warn({ error, taskId }, 'a log can no longer be followed');
    })
    .finally(() => {
      if (!isGone) sink.write(frame('ended', { topic: 'log' }));
      sink.end();
    });
}
