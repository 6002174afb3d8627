import type { ServerResponse } from 'node:http';

import { OPENING } from '../sse/sse-frame.ts';
import type { Sink } from '../sse/sse-client.ts';

/** The answer of Node as the reader of a stream; `onGone` when the client has left. */
export function openSink(outgoing: ServerResponse): Sink & { onGone: (listener: () => void) => void } {
  outgoing.writeHead(200, {
    'Content-Type': 'text/event-stream; charset=utf-8',
    'Cache-Control': 'no-store',
    'X-Accel-Buffering': 'no',
    'X-Content-Type-Options': 'nosniff',
  });
  outgoing.write(OPENING);
  // A disconnected client is not an error.
  outgoing.on('error', () => undefined);
  return {
    write: (bytes) => outgoing.write(bytes),
    onDrain: (listener) => outgoing.on('drain', listener),
    end: () => outgoing.end(),
    destroy: () => outgoing.destroy(),
    onGone(listener) {
      // It may have disconnected before the listener was added.
      if (outgoing.destroyed) setImmediate(listener);
      else outgoing.once('close', listener);
    },
  };
}
