import type { ServerResponse } from 'node:http';

import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';

import { PLUGIN_VERSION, POSITION_HEADER, VERSION_HEADER } from '../../model/agent-version.ts';
import { errorAnswer } from '../error-body.ts';
import type { ServerEnv } from '../server-context.ts';
import type { Sink } from '../sse/sse-client.ts';
import { OPENING, frame } from '../sse/sse-frame.ts';

/** The answer to a request as the reader of a stream; `onGone` when the client has left. */
export type ResponseSink = Sink & { readonly onGone: (listener: () => void) => void };

const HEADERS = {
  'Content-Type': 'text/event-stream; charset=utf-8',
  'Cache-Control': 'no-store',
  'X-Accel-Buffering': 'no',
  'X-Content-Type-Options': 'nosniff',
} as const;
/** What waits in an answer before its reader counts as slow, as in those of Node. */
const HIGH_WATER_BYTES = 16_384;

/** A request for a stream, as its handler has it. */
export interface StreamContext {
  readonly env: ServerEnv['Bindings'];
  readonly var: ServerEnv['Variables'];
}

/**
 * Begins the answer with the stream that `serve` writes: directly where Node has the connection. It ends, with the reason,
 * when the token of the reader is no longer valid.
 *
 * @param latestEventId where the event log is now
 */
export function answerStream(
  { env: { outgoing }, var: { caller } }: StreamContext,
  serveTo: (sink: ResponseSink) => void,
  latestEventId?: string,
): Response {
  const headers = {
    ...HEADERS,
    [VERSION_HEADER]: PLUGIN_VERSION,
    ...(latestEventId !== undefined && { [POSITION_HEADER]: latestEventId }),
  };
  // Meanwhile, since the request was let in.
  caller.ended?.throwIfAborted();
  const serve = (sink: ResponseSink): void => {
    endWithToken(sink, caller.ended);
    serveTo(sink);
  };
  if (outgoing !== undefined) {
    serve(nodeSink(outgoing, headers));
    return RESPONSE_ALREADY_SENT;
  }
  const { sink, body } = webSink();
  serve(sink);
  return new Response(body, { headers });
}

function endWithToken(sink: ResponseSink, ended: AbortSignal | undefined): void {
  if (ended === undefined) return;
  const end = (): void => {
    sink.write(frame('ended', errorAnswer(ended.reason).body));
    sink.end();
  };
  ended.addEventListener('abort', end);
  sink.onGone(() => ended.removeEventListener('abort', end));
}

function nodeSink(outgoing: ServerResponse, headers: Readonly<Record<string, string>>): ResponseSink {
  outgoing.writeHead(200, headers);
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

function webSink(): { readonly sink: ResponseSink; readonly body: ReadableStream<Uint8Array> } {
  const drainListeners: (() => void)[] = [];
  const goneListeners: (() => void)[] = [];
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  let isBlocked = false;
  const gone = (): void => {
    controller = undefined;
    for (const listener of goneListeners.splice(0)) setImmediate(listener);
  };
  const body = new ReadableStream<Uint8Array>(
    {
      start(opened) {
        controller = opened;
        opened.enqueue(OPENING);
      },
      pull() {
        if (!isBlocked) return;
        isBlocked = false;
        for (const listener of drainListeners) listener();
      },
      cancel: gone,
    },
    new ByteLengthQueuingStrategy({ highWaterMark: HIGH_WATER_BYTES }),
  );
  const sink: ResponseSink = {
    write(bytes) {
      controller?.enqueue(bytes);
      isBlocked = (controller?.desiredSize ?? 1) <= 0;
      return !isBlocked;
    },
    onDrain: (listener) => drainListeners.push(listener),
    end() {
      controller?.close();
      gone();
    },
    destroy() {
      controller?.error(new Error('The stream was cut off: its reader was too slow.'));
      gone();
    },
    onGone(listener) {
      if (controller === undefined) setImmediate(listener);
      else goneListeners.push(listener);
    },
  };
  return { sink, body };
}
