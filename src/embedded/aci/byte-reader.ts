import type { Readable } from 'node:stream';
import { RktFailure } from '../embedded-context.ts';
import { archiveErrorText } from './decompress.ts';

/** Reads so many bytes of a stream at a time. All methods throw RktFailure for what the stream fails with. */
export class ByteReader {
  readonly #chunks: AsyncIterator<Buffer>;
  #rest: Buffer = Buffer.alloc(0);

  constructor(stream: Readable) {
    this.#chunks = (stream as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
  }

  /** So many bytes; undefined at the end of the stream. @throws RktFailure when it ends in between */
  async take(bytes: number): Promise<Buffer | undefined> {
    const parts: Buffer[] = [];
    for (let missing = bytes; missing > 0;) {
      const part = await this.some(missing);
      if (part === undefined && parts.length === 0) return undefined;
      if (part === undefined) throw new RktFailure('unexpected EOF');
      parts.push(part);
      missing -= part.length;
    }
    const [first = Buffer.alloc(0)] = parts;
    return parts.length <= 1 ? first : Buffer.concat(parts);
  }

  /** At least one byte, at most `bytes`; undefined at the end of the stream. */
  async some(bytes: number): Promise<Buffer | undefined> {
    while (this.#rest.length === 0) {
      const next = await this.#next();
      if (next === undefined) return undefined;
      this.#rest = next;
    }
    const part = this.#rest.subarray(0, bytes);
    this.#rest = this.#rest.subarray(part.length);
    return part;
  }

  async #next(): Promise<Buffer | undefined> {
    try {
      const next = await this.#chunks.next();
      return next.done === true ? undefined : next.value;
    } catch (error) {
      throw error instanceof RktFailure ? error : new RktFailure(archiveErrorText(error));
    }
  }
}
