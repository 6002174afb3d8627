import type { IncomingMessage } from 'node:http';
import { formatSize } from '../command-line/text.ts';

/** A document arrives within this time, however slowly its server sends it. */
const DEADLINE_MS = 120_000;

/**
 * The whole body of a response.
 *
 * @throws Error when it has more bytes, is cut, or takes longer than two minutes
 */
export async function readBody(
  response: IncomingMessage,
  maxBytes: number,
  deadlineMs = DEADLINE_MS,
): Promise<Buffer> {
  const late = setTimeout(
    () => response.destroy(new Error(`the answer has not come in ${deadlineMs / 1000} s`)),
    deadlineMs,
  );
  try {
    const chunks: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of response as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > maxBytes) throw new Error(`the answer has more than ${formatSize(maxBytes)}`);
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  } finally {
    clearTimeout(late);
    response.destroy();
  }
}
