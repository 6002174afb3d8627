import { inflateSync } from 'fflate';

import { RktError } from '../../model/rkt-error.ts';

let scratch = new Uint8Array(0);

/**
 * Decompresses a section of a block. The bytes hold until the next call: a recording has thousands of blocks, and zlib makes
 * a stream and a buffer for each, which the garbage collector frees late.
 *
 * @throws RKT_ERR_RECORDING unless the section has `rawBytes`
 */
export function inflated(bytes: Buffer, rawBytes: number, dictionary: Buffer): Buffer {
  if (bytes.length === 0) return NOTHING;
  if (scratch.length < rawBytes) scratch = new Uint8Array(2 * rawBytes);
  const out = scratch.subarray(0, rawBytes);
  const raw = attempt(() => inflateSync(bytes, dictionary.length === 0 ? { out } : { out, dictionary }));
  if (raw.length !== rawBytes) throw broken(new Error(`${raw.length} bytes in place of ${rawBytes}`));
  return Buffer.from(raw.buffer, raw.byteOffset, raw.length);
}

const NOTHING = Buffer.alloc(0);

function attempt(inflate: () => Uint8Array): Uint8Array {
  try {
    return inflate();
  } catch (cause) {
    throw broken(cause);
  }
}

function broken(cause: unknown): RktError {
  return new RktError('RKT_ERR_RECORDING', 'A block of a recording cannot be decompressed', { cause });
}
