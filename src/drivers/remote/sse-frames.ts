import { createParser } from 'eventsource-parser';

/** One message of a stream of server-sent events. */
export interface SseFrame {
  readonly event: string;
  readonly data: string;
  readonly id?: string | undefined;
}

/** Longer than any frame, in characters; a longer one has no end. */
const MAX_FRAME_LENGTH = 64 * 1024 * 1024;

/**
 * Parses a stream of server-sent events in pieces, and passes on the frames that each piece completes.
 *
 * @throws RangeError for a frame without an end
 */
export function createFrameParser(take: (frame: SseFrame) => void): (text: string) => void {
  const parser = createParser({
    maxBufferSize: MAX_FRAME_LENGTH,
    onEvent: ({ event = 'message', data, id }) => take({ event, data, id }),
    onError(error) {
      if (error.type === 'max-buffer-size-exceeded') throw new RangeError('an event without an end');
    },
  });
  return (text) => parser.feed(text);
}
