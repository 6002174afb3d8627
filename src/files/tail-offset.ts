import { openRegular } from './regular-file.ts';
import { logBegin } from './log-begin.ts';

const BLOCK_BYTES = 64 * 1024;
const NEWLINE = 0x0a;

/** The offset of the last lines of a file, found from its end; the start of the file if it has fewer lines. */
export async function tailOffset(path: string, lines: number): Promise<number> {
  const file = await openRegular(path);
  try {
    const { size } = await file.stat();
    const first = await logBegin(file);
    const block = Buffer.alloc(BLOCK_BYTES);
    let left = lines;
    for (let end = size; end > first;) {
      const begin = Math.max(first, end - BLOCK_BYTES);
      const { bytesRead } = await file.read(block, 0, end - begin, begin);
      for (let at = bytesRead - 1; at >= 0; at -= 1) {
        // The newline at the very end ends the last line; it does not begin one.
        if (block[at] !== NEWLINE || begin + at === size - 1) continue;
        left -= 1;
        if (left <= 0) return begin + at + 1;
      }
      end = begin;
    }
    return first;
  } finally {
    await file.close();
  }
}

/** The offset of the first line that lies wholly in the last bytes of a file; its end where none does. */
export async function tailOffsetOfBytes(path: string, bytes: number): Promise<number> {
  const file = await openRegular(path);
  try {
    const { size } = await file.stat();
    const first = await logBegin(file);
    const block = Buffer.alloc(BLOCK_BYTES);
    // The byte before is the end of a line, or of none.
    for (let at = size - bytes - 1; at < size;) {
      if (at < first) return first;
      const { bytesRead } = await file.read(block, 0, BLOCK_BYTES, at);
      const newline = block.subarray(0, bytesRead).indexOf(NEWLINE);
      if (newline !== -1) return at + newline + 1;
      if (bytesRead === 0) break;
      at += bytesRead;
    }
    return size;
  } finally {
    await file.close();
  }
}
