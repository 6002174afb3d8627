import { StringDecoder } from 'node:string_decoder';
import type { Writable } from 'node:stream';

/** Writes the output of a task in pieces, waiting for each write; `end` writes the rest. */
export interface OutputSink {
  write(chunk: Buffer): Promise<void>;
  end(): Promise<void>;
}

/** The bytes as they are. */
export function plainSink(to: Writable): OutputSink {
  return { write: (chunk) => written(to, chunk), end: () => Promise.resolve() };
}

/** The bytes as they are, each line behind the time at which it began to arrive: `2026-01-31T12:00:00.000Z`. */
export function stampedSink(to: Writable, now: () => Date): OutputSink {
  let isLineStart = true;
  return {
    write(chunk) {
      const stamp = `${now().toISOString()} `;
      const parts: Buffer[] = [];
      for (let at = 0; at < chunk.length;) {
        const newline = chunk.indexOf(0x0a, at);
        const end = newline === -1 ? chunk.length : newline + 1;
        if (isLineStart) parts.push(Buffer.from(stamp));
        parts.push(chunk.subarray(at, end));
        isLineStart = newline !== -1;
        at = end;
      }
      return written(to, Buffer.concat(parts));
    },
    end: () => Promise.resolve(),
  };
}

/** One JSON object a line of text: `{"id":"web","stream":"stdout","line":"…"}`. */
export function jsonSink(to: Writable, id: string, stream: 'stdout' | 'stderr'): OutputSink {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  const objects = (lines: readonly string[]): string =>
    lines.map((line) => `${JSON.stringify({ id, stream, line })}\n`).join('');
  return {
    async write(chunk) {
      const lines = (rest + decoder.write(chunk)).split('\n');
      rest = lines.pop() ?? '';
      if (lines.length > 0) await written(to, objects(lines));
    },
    async end() {
      rest += decoder.end();
      if (rest !== '') await written(to, objects([rest]));
      rest = '';
    },
  };
}

/** A closed pipe is not an error here: the command handles it as an interrupt. */
function written(to: Writable, data: Buffer | string): Promise<void> {
  return new Promise((resolve) => to.write(data, () => resolve()));
}
