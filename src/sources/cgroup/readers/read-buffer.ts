import { readSync } from 'node:fs';

const FIRST_BUFFER_BYTES = 4_096;

/** One buffer for all reads, which grows with the largest file. */
export class ReadBuffer {
  /** The contents of the last file; replaced when the buffer grows. */
  bytes = new Uint8Array(FIRST_BUFFER_BYTES);

  /** Reads a file from its beginning; returns the number of bytes. */
  readAll(fd: number): number {
    for (;;) {
      const length = readSync(fd, this.bytes, 0, this.bytes.length, 0);
      if (length < this.bytes.length) return length;
      this.bytes = new Uint8Array(2 * this.bytes.length);
    }
  }
}
