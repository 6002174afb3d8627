/** One message of a stream of server-sent events. */
export interface SseFrame {
  readonly event: string;
  readonly data: string;
}

/** Longer than any frame; a longer one has no end. */
const MAX_FRAME_LENGTH = 64 * 1024 * 1024;

/**
 * Parses a stream of server-sent events in pieces and returns the frames that each piece completes. Comments, ids and
 * retry times are skipped.
 *
 * @throws RangeError for a frame without an end
 */
export function createSseParser(): (text: string) => readonly SseFrame[] {
  let rest = '';
  return (text) => {
    const blocks = (rest + text).split('\n\n');
    rest = blocks.pop() ?? '';
    if (rest.length > MAX_FRAME_LENGTH) throw new RangeError('an event without an end');
    return blocks.flatMap(parseFrame);
  };
}

function parseFrame(block: string): readonly SseFrame[] {
  const fields = block.split('\n').map((line) => /^(event|data)(?:: ?(.*))?$/.exec(line));
  const valuesOf = (name: string): readonly string[] =>
    fields.flatMap((field) => (field?.[1] === name ? [field[2] ?? ''] : []));
  const data = valuesOf('data');
  return data.length === 0 ? [] : [{ event: valuesOf('event').at(-1) ?? 'message', data: data.join('\n') }];
}
