import type { FileHandle } from 'node:fs/promises';

/** Holes begin and end with blocks; no file system has smaller ones. */
const BLOCK_BYTES = 4_096;

/**
 * Where the text of a log begins. A log that was cut to its limit begins with a hole, which reads as zeros: its end is found
 * by halves, in a few reads however large it is. 0 for a log that is whole.
 */
export async function logBegin(file: FileHandle): Promise<number> {
  const { size } = await file.stat();
  const block = Buffer.alloc(BLOCK_BYTES);
  const textIn = async (index: number): Promise<number> => {
    const { bytesRead } = await file.read(block, 0, BLOCK_BYTES, index * BLOCK_BYTES);
    return block.subarray(0, bytesRead).findIndex((byte) => byte !== 0);
  };
  if (size < BLOCK_BYTES || (await textIn(0)) >= 0) return 0;
  let empty = 0;
  let end = Math.ceil(size / BLOCK_BYTES);
  while (end - empty > 1) {
    const middle = Math.floor((empty + end) / 2);
    if ((await textIn(middle)) < 0) empty = middle;
    else end = middle;
  }
  const at = await textIn(end);
  return at < 0 ? size : end * BLOCK_BYTES + at;
}

/**
 * A piece of a log without what was cut meanwhile: where it begins, and its bytes.
 *
 * Only a reader that is slower than the whole log is long meets such a piece; it goes on where the log begins now.
 */
export async function withoutHole(
  file: FileHandle,
  piece: { readonly at: number; readonly bytes: Buffer },
): Promise<{ readonly at: number; readonly bytes: Buffer }> {
  if (!piece.bytes.includes(0)) return piece;
  const begin = await logBegin(file);
  if (begin <= piece.at) return piece;
  return { at: begin, bytes: piece.bytes.subarray(begin - piece.at) };
}
