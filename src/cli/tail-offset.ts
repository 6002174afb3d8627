import { openRegular } from '../files/regular-file.ts';
import { logBegin } from '../files/log-begin.ts';

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
